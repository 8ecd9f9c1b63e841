// A real OpenID provider (npm: oidc-provider) with the small API that its access tokens open, on one port of this machine.
// Prints one line, its issuer, when it is ready.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { PORT: port, CALLBACK: callback, ACCESS_TOKEN_SECONDS: life = '3600' } = process.env;
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'gatewright',
      client_secret: 'client-secret-of-the-test',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  // Its own pages: any name signs in, and consent is asked for.
  features: { devInteractions: { enabled: true } },
  claims: { openid: ['sub'], email: ['email'] },
  conformIdTokenClaims: false,
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@provider.example` }),
  }),
  pkce: { required: () => true },
  ttl: { AccessToken: Number(life), AuthorizationCode: 60, Grant: 3600, Interaction: 600, RefreshToken: 3600, Session: 3600, IdToken: 3600 },
  rotateRefreshToken: true,
  cookies: { keys: ['of the test alone'] },
});

// Said by the provider for those who run it in earnest.
console.warn = () => {};

const counts = { tokens: 0, refreshes: 0 };
provider.on('grant.success', (context) => {
  counts.tokens += 1;
  if (context.oidc.params.grant_type === 'refresh_token') counts.refreshes += 1;
});

async function api(request, response) {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const found = token && (await provider.AccessToken.find(token));
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.url === '/api/counts') return answer(200, counts);
  if (!found || !found.isValid) return answer(401, { error: 'invalid_token' });
  return answer(200, { account: found.accountId, scope: found.scope });
}

const callProvider = provider.callback();
createServer((request, response) =>
  request.url.startsWith('/api/') ? api(request, response) : callProvider(request, response),
).listen(Number(port), '127.0.0.1', () => console.log(issuer));
