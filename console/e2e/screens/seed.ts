import { shelf } from '../apps';
import type { Gateway } from '../gateway';
import { mcpClient } from '../mcp';
import { stock } from './description';

/** Sees little. */
export const MEMBER = { email: 'alan@example.com', password: 'halting is undecidable' };

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
    const made = await api.POST('/api/v1/users', { body: { name, email, role } });
    if (email === MEMBER.email) {
      await accept(gateway, made.data?.invitation.url ?? '');
      await byCaller(gateway, made.data?.id ?? '');
    }
  }
  const scope = { servers: 'all', tools: 'all', read_only: false } as const;
  await api.POST('/api/v1/tokens', {
    body: { name: 'Support agent', description: 'The bot in the help desk', scope },
  });
  const gmail = await api.POST('/api/v1/apps', { body: { catalog: 'gmail' } });
  const customer = await api.POST('/api/v1/customers', { body: { key: 'acme-42', name: 'Acme, Berlin' } });
  const bare = await api.POST('/api/v1/customers', { body: { key: 'globex-7', name: 'Globex' } });
  const customerId = customer.data?.id ?? '';
  const link = await connected(gateway, customerId);
  await published(gateway, server, pagers.data?.id ?? '');

  const client = await mcpClient(gateway.ready.mcp_url, gateway.ready.token);
  for (let n = 0; n < 40; n += 1) {
    const asked = n % 9 === 8 ? { max_price: 'many' } : { query: 'design' };
    await client.callTool({ name: 'list_books', arguments: asked }).catch(() => undefined);
  }
  await client.close();
  return {
    server,
    draft: pagers.data?.id ?? '',
    app: stockId,
    gmail: gmail.data?.id ?? '',
    customer: customerId,
    bare: bare.data?.id ?? '',
    link,
  };
}

/** A server that calls as whoever calls, and that the member may. */
async function byCaller(gateway: Gateway, user: string) {
  const api = await gateway.api();
  const app = (await api.POST('/api/v1/apps', { body: { catalog: 'stripe' } })).data?.id ?? '';
  const made = await api.POST('/api/v1/servers', {
    body: { name: 'Payments', description: 'Each asks as oneself.', tools: [{ app, read_only: true }] },
  });
  const server = made.data?.id ?? '';
  await api.PATCH('/api/v1/servers/{server}', {
    params: { path: { server }, header: { 'If-Match': '*' } },
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { connections: { [app]: 'caller' } },
  });
  await api.POST('/api/v1/servers/{server}/publish', { params: { path: { server } }, body: {} });
  await api.POST('/api/v1/servers/enable', { body: { servers: [server], enabled: true } });
  await api.PUT('/api/v1/users/{user}/grants/{server}', {
    params: { path: { user, server } },
    body: { scopes: ['mcp:read'] },
  });
}

/** Chooses the member's password, as the page of the invitation does. */
async function accept(gateway: Gateway, link: string) {
  const answer = await fetch(`${gateway.base}/api/v1/links/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link, password: MEMBER.password }),
  });
  if (!answer.ok) throw new Error(`the invitation could not be accepted: ${await answer.text()}`);
}

/** Connects an app for the customer, whose agent has used it in a chat. Gives a link that is not used yet. */
async function connected(gateway: Gateway, customer: string): Promise<string> {
  const api = await gateway.api();
  const app = await api.POST('/api/v1/apps', { body: { definition: shelf(gateway.base) } });
  const params = { path: { customer } };
  await api.POST('/api/v1/customers/{customer}/connections', {
    params,
    body: {
      app: app.data?.id ?? '',
      way: { name: 'key', key: 'not-a-real-key' },
      label: 'office@acme.example',
    },
  });
  const { data: made } = await api.POST('/api/v1/customers/{customer}/tokens', {
    params,
    body: { name: 'Assistant', description: 'In the app of Acme' },
  });
  const agent = await mcpClient(`${gateway.base}/mcp`, made?.token ?? '', 'onboarding-17');
  await agent.callTool({ name: 'shelf-list-books', arguments: {} });
  await agent.close();
  const link = await api.POST('/api/v1/customers/{customer}/connect-links', {
    params,
    body: { app: app.data?.id ?? '' },
  });
  return link.data?.url ?? '';
}

/** Gives the one server a prompt, a resource and a test case, and the other a draft that differs from what is published. */
async function published(gateway: Gateway, server: string, draft: string) {
  const api = await gateway.api();
  await api.POST('/api/v1/servers/{server}/prompts', {
    params: { path: { server } },
    body: {
      name: 'recommend',
      title: 'Recommend a book',
      description: 'For whoever does not know what to read.',
      arguments: [{ name: 'taste', description: 'What one likes.', required: true }],
      messages: [{ role: 'user', text: 'A book for {{taste}}, please.' }],
    },
  });
  await api.POST('/api/v1/servers/{server}/resources', {
    params: { path: { server } },
    body: { name: 'returns', uri: 'docs://returns', content: { text: 'Returns within 30 days.' } },
  });
  await api.POST('/api/v1/servers/{server}/tools/{tool}/test-cases', {
    params: { path: { server, tool: 'get_book' } },
    body: { name: 'A book that is there', arguments: { id: 3 } },
  });
  await api.POST('/api/v1/servers/{server}/publish', {
    params: { path: { server: draft } },
    body: { note: 'The first' },
  });
  await api.POST('/api/v1/servers/enable', { body: { servers: [draft], enabled: true } });
  await gateway.cli('tool', 'remove', draft, 'getPlace');
  await gateway.cli(
    'tool',
    'update',
    draft,
    'getItem',
    '--settings',
    '{"description":"Gets one item, and where it lies."}',
  );
  await gateway.cli('server', 'update', draft, '--instructions', 'Ask for the place first.');
}
