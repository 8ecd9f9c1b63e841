import { makeApp } from './apps';
import type { Gateway } from './gateway';
import { mcpClient } from './mcp';
import { makeServer } from './servers';

/**
 * One more of everything that the demo and its owner have one of. Tests share a gateway, in any order: a test that takes whatever is
 * there for its own, the first of a list or nothing at all, fails by itself, and not first when another one has run before it.
 */
export async function settleNeighbors(gateway: Gateway) {
  const api = await gateway.api();
  const { app, server, url } = await makeApp(gateway, 'A library', 'A library desk');
  await api.POST('/api/v1/connections', {
    body: { app: app.id, name: 'Library key', credential: { kind: 'bearer', token: 'of-a-neighbor' } },
  });
  const { slug } = await makeServer(gateway, 'A closed library');
  await gateway.cli('server', 'delete', slug);

  await api.POST('/api/v1/limits', {
    body: { target: { kind: 'server', server: server.id }, calls: 1000, per: 'day' },
  });
  await api.POST('/api/v1/users', { body: { email: 'aaron@example.com', name: 'Aaron', role: 'member' } });
  await api.POST('/api/v1/signing-secrets', { body: { name: 'library' } });
  for (const [key, name] of [
    ['reader-1', 'A reader'],
    ['reader-2', 'A reader who is shut out'],
  ] as const) {
    const { data: customer } = await api.POST('/api/v1/customers', { body: { key, name } });
    const path = { customer: customer?.id ?? '' };
    await api.POST('/api/v1/customers/{customer}/tokens', { params: { path }, body: { name: 'reader' } });
  }
  await gateway.cli('customer', 'update', 'reader-2', '--disabled', 'true');

  const scope = { servers: { only: [server.id] }, tools: 'all' as const, read_only: false };
  const { data: card } = await api.POST('/api/v1/tokens', { body: { name: 'library card', scope } });
  const client = await mcpClient(url, card?.token ?? '');
  await client.callTool({ name: 'list_books', arguments: {} });
  await client.callTool({ name: 'get_book', arguments: { id: 999_999 } });
  await client.close();
}
