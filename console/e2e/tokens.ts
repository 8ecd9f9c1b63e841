import type { Gateway } from './gateway';

/** A token of the account's own that may call every tool. */
export async function makeToken(gateway: Gateway, name: string) {
  const api = await gateway.api();
  const scope = { servers: 'all' as const, tools: 'all' as const, read_only: false };
  const { data } = await api.POST('/api/v1/tokens', { body: { name, scope } });
  if (!data) throw new Error('the answer is a token');
  return data;
}
