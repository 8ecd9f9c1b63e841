import type { Gateway } from '../gateway';
import { mcpClient } from '../mcp';
import { stock } from './description';

/** What the pictures show: a little of everything, made by the API and by real calls. Gives the ids that stand in paths. */
export async function seed(gateway: Gateway) {
  const api = await gateway.api();
  const servers = await api.GET('/api/v1/servers', {});
  const server = servers.data?.items[0]?.id ?? '';
  const app = await api.POST('/api/v1/apps', { body: { description: JSON.stringify(stock) } });
  const stockId = app.data?.id ?? '';
  const pagers = await api.POST('/api/v1/servers', {
    body: {
      name: 'Stock for the night shift',
      description: 'Reads what is where.',
      tools: [{ app: stockId, read_only: true }],
    },
  });
  await api.POST('/api/v1/connections', {
    body: { app: stockId, name: 'Warehouse key', credential: { kind: 'bearer', token: 'not-a-real-token' } },
  });
  await api.POST('/api/v1/limits', {
    body: { target: { kind: 'account' }, calls: 10_000, per: 'day', mode: 'soft' },
  });
  await api.POST('/api/v1/limits', {
    body: { target: { kind: 'server', server }, calls: 50, per: 'second' },
  });
  for (const [name, role] of [
    ['Grace Hopper', 'admin'],
    ['Edsger Dijkstra', 'manager'],
    ['Barbara Liskov', 'auditor'],
    ['Alan Turing', 'member'],
  ] as const) {
    const email = `${name.split(' ')[0]?.toLowerCase()}@example.com`;
    await api.POST('/api/v1/users', { body: { name, email, role } });
  }
  const scope = { servers: 'all', tools: 'all', read_only: false } as const;
  await api.POST('/api/v1/tokens', {
    body: { name: 'Support agent', description: 'The bot in the help desk', scope },
  });
  await api.POST('/api/v1/apps', { body: { catalog: 'gmail' } });
  await api.POST('/api/v1/apps', { body: { catalog: 'stripe' } });
  const customer = await api.POST('/api/v1/customers', { body: { key: 'acme-42', name: 'Acme, Berlin' } });
  await api.POST('/api/v1/customers', { body: { key: 'globex-7', name: 'Globex' } });
  const customerId = customer.data?.id ?? '';
  await api.POST('/api/v1/customers/{customer}/connect-links', {
    params: { path: { customer: customerId } },
    body: {},
  });

  const client = await mcpClient(gateway.ready.mcp_url, gateway.ready.token);
  for (let n = 0; n < 40; n += 1) {
    const asked = n % 9 === 8 ? { max_price: 'many' } : { query: 'design' };
    await client.callTool({ name: 'list_books', arguments: asked }).catch(() => undefined);
  }
  await client.close();
  return { server, draft: pagers.data?.id ?? '', app: stockId, customer: customerId };
}
