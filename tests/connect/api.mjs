// The control API, as the account's own product uses it.

/** An app of the provider, whose one action says whose access token it was called with. */
export const definition = (issuer) => ({
  key: 'local',
  name: 'Local provider',
  description: 'Says who you are.',
  homepage: 'https://provider.example',
  base_url: `${issuer}/api`,
  auth: [
    {
      name: 'oauth',
      title: 'Sign in',
      method: {
        oauth2: {
          issuer,
          authorization_url: `${issuer}/auth`,
          token_url: `${issuer}/token`,
          revocation_url: `${issuer}/token/revocation`,
          scopes: [
            { name: 'openid', description: 'Know who you are', default: true },
            { name: 'email', description: 'Know your e-mail address', default: true },
            { name: 'offline_access', description: 'Stay connected', default: true },
          ],
          // Without it, the provider grants no refresh token.
          authorization_parameters: { prompt: 'consent' },
          refresh: 'rotates',
        },
      },
    },
  ],
  actions: [{ key: 'me', title: 'Who am I', description: 'Says who you are.', request: 'GET /me' }],
});

export class Api {
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  async send(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(`${this.base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** An app of that provider with the client that is registered there, and a customer. */
  async prepare(issuer) {
    const app = await this.send('POST', '/apps', { definition: JSON.stringify(definition(issuer)) });
    const client = { client_id: 'gatewright', client_secret: 'client-secret-of-the-test' };
    await this.send('PUT', `/apps/${app.id}/oauth-clients/oauth`, client);
    const customer = await this.send('POST', '/customers', { key: 'ada', name: 'Ada Lovelace' });
    return { app: app.key, customer: customer.id };
  }

  link(customer, link) {
    return this.send('POST', `/customers/${customer}/connect-links`, link);
  }

  getLink(customer, link) {
    return this.send('GET', `/customers/${customer}/connect-links/${link.id}`);
  }

  async status(customer, link) {
    return (await this.getLink(customer, link)).status;
  }

  deleteLink(customer, link) {
    return this.send('DELETE', `/customers/${customer}/connect-links/${link.id}`);
  }

  /** Another customer, with a token of its own for /mcp. */
  async customer(key) {
    const { id } = await this.send('POST', '/customers', { key });
    const { token } = await this.send('POST', `/customers/${id}/tokens`, { name: 'agent' });
    return { id, token };
  }

  connection(customer, id) {
    return this.send('GET', `/customers/${customer}/connections/${id}`);
  }
}
