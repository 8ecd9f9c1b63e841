// The client code of the system that connected apps take the place of, as its documents show it: only URL and token are ours.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { finish, test } from './check.mjs';

const { MCP_URL, TOKEN: ACCESS_TOKEN } = process.env;
const HOST = new URL('/', MCP_URL).href.replace(/\/$/, '');
const APPS = ['gmail', 'google-calendar', 'google-docs', 'tasks'];

const newClient = () =>
  new Client({
    name: 'example-integration-app-mcp-client',
    version: '1.0.0',
  });

const appsOf = (tools) => APPS.filter((app) => tools.some(({ name }) => name.startsWith(`${app}-`)));
const namesOf = ({ tools }) => tools.map((tool) => tool.name);

await test('SSE (Deprecated)', async () => {
  const client = newClient();
  await client.connect(
    new SSEClientTransport(
      new URL(
        `${HOST}/sse`
      ),
      {
        requestInit: {
          headers: {
            Authorization: `Bearer ${ACCESS_TOKEN}`,
          },
        },
      }
    )
  );
  const { tools } = await client.listTools();
  assert.deepEqual(appsOf(tools), APPS);
  const read = await client.callTool({ name: 'gmail-read-email', arguments: { id: 'email-104' } });
  assert.equal(read.structuredContent.subject, 'Launch plan: one question');
  await client.close();
});

await test('Streamable HTTP (Recommended)', async () => {
  const client = newClient();
  await client.connect(
    new StreamableHTTPClientTransport(
      new URL(
        `${HOST}/mcp`
      ),
      {
        requestInit: {
          headers: {
            Authorization: `Bearer ${ACCESS_TOKEN}`,
          },
        },
      }
    )
  );
  const { tools } = await client.listTools();
  assert.deepEqual(appsOf(tools), APPS);
  await client.close();
});

await test('Static vs Dynamic Mode', async () => {
  const client = newClient();

  const transport = new StreamableHTTPClientTransport(
    new URL(`${HOST}/mcp?mode=dynamic`),
    {
      requestInit: {
        headers: {
          Authorization: `Bearer ${ACCESS_TOKEN}`,
        },
      },
    }
  );

  await client.connect(transport);
  const before = namesOf(await client.listTools());
  assert.ok(before.includes('enable-tools'), before.join());
  assert.ok(!before.some((name) => name.startsWith('gmail-')), before.join());
  const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));

  await client.callTool({
    name: 'enable-tools',
    arguments: {
      tools: ['gmail-send-email', 'gmail-read-email'],
    },
  });

  await changed;
  const after = namesOf(await client.listTools());
  assert.deepEqual(after.filter((name) => !before.includes(name)).sort(), ['gmail-read-email', 'gmail-send-email']);
  const mail = { to: 'ann@example.com', subject: 'Hello', body: 'From a test.' };
  const sent = await client.callTool({ name: 'gmail-send-email', arguments: mail });
  const read = await client.callTool({ name: 'gmail-read-email', arguments: { id: sent.structuredContent.id } });
  assert.equal(read.structuredContent.body, 'From a test.');
  await client.close();
});

await test('Getting tools for specific integrations', async () => {
  const client = newClient();
  const url = new URL(`${HOST}/mcp?apps=google-calendar,google-docs`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${ACCESS_TOKEN}` } } }));
  const { tools } = await client.listTools();
  assert.deepEqual(appsOf(tools), ['google-calendar', 'google-docs']);
  await client.close();
});

await test('Chat Session Management', async () => {
  const chats = { 'my-awesome-chat-123': undefined, 'another-chat-456': undefined };
  for (const chat of Object.keys(chats)) {
    const client = newClient();
    const headers = { Authorization: `Bearer ${ACCESS_TOKEN}`, 'x-chat-id': chat };
    const transport = new StreamableHTTPClientTransport(new URL(`${HOST}/mcp`), { requestInit: { headers } });
    await client.connect(transport);
    chats[chat] = transport.sessionId;
    await client.close();
  }
  const response = await fetch(`${HOST}/mcp/sessions`, { headers: { Authorization: `Bearer ${ACCESS_TOKEN}` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), chats);
});

await test('Provide an access token via query', async () => {
  const client = newClient();
  await client.connect(new StreamableHTTPClientTransport(new URL(`${HOST}/mcp?token=${ACCESS_TOKEN}`)));
  assert.deepEqual(appsOf((await client.listTools()).tools), APPS);
  await client.close();
});

await test('Cursor', async () => {
  const file = `{ "mcpServers": { "integration-app": { "url": "${HOST}/sse?token=${ACCESS_TOKEN}" } } }`;
  const { url } = JSON.parse(file).mcpServers['integration-app'];
  // A client that knows no more than this URL, and follows the event to where it is sent.
  const client = newClient();
  await client.connect(new SSEClientTransport(new URL(url)));
  assert.deepEqual(appsOf((await client.listTools()).tools), APPS);
  await client.close();
});

await test('no event names the token', async () => {
  const response = await fetch(`${HOST}/sse?token=${ACCESS_TOKEN}`, { headers: { accept: 'text/event-stream' } });
  assert.equal(response.status, 200);
  let text = '';
  for await (const piece of response.body) {
    text += Buffer.from(piece);
    if (text.includes('\n\n')) break;
  }
  assert.match(text, /event: endpoint\ndata: \/sse\/messages\?sessionId=/);
  assert.ok(!text.includes(ACCESS_TOKEN), text);
});

finish('seed');
