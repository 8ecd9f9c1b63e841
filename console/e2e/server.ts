import type { Gateway } from './gateway';

/** The demo's server, which the binary has published. */
export async function demoServer(gateway: Gateway) {
  const api = await gateway.api();
  const { data } = await api.GET('/api/v1/servers');
  const server = data?.items[0];
  if (!server) throw new Error('the demo has a server');
  return server;
}

/** Keeps the arguments and results of its calls from now on. */
export async function keepPayloads(gateway: Gateway) {
  const api = await gateway.api();
  const { id, revision } = await demoServer(gateway);
  await api.PATCH('/api/v1/servers/{server}', {
    params: { path: { server: id }, header: { 'If-Match': `"${revision}"` } },
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { log_payloads: true },
  });
}

/** A token of the account's own that may call every tool. */
export async function makeToken(gateway: Gateway, name: string) {
  const api = await gateway.api();
  const scope = { servers: 'all' as const, tools: 'all' as const, read_only: false };
  const { data } = await api.POST('/api/v1/tokens', { body: { name, scope } });
  if (!data) throw new Error('the answer is a token');
  return data;
}
