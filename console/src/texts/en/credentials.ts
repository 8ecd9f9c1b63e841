export const slots = {
  api_key: (name: string, place: string) => `an API key in the ${place} ${name}`,
  basic: 'user name and password',
  bearer: 'a bearer token',
  mutual_tls: 'a client certificate',
  http: (scheme: string) => `HTTP ${scheme}`,
  oauth2: 'OAuth 2',
  openIdConnect: 'OpenID Connect',
} as const;
