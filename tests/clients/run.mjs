// The TypeScript clients and the Inspector against MCP_URL with TOKEN, in each era that they speak.
import * as v2 from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exercise, finish, row } from './check.mjs';
import { withInspector } from './inspector.mjs';

const { MCP_URL, TOKEN } = process.env;
const url = new URL(MCP_URL);
const authorization = `Bearer ${TOKEN}`;
const requestInit = { headers: { Authorization: authorization } };

async function all(client) {
  const tools = [];
  let cursor;
  do {
    const page = await client.listTools(cursor ? { cursor } : undefined);
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor);
  return tools;
}

async function typescriptV1() {
  const client = new ClientV1({ name: 'test-v1', version: '1' });
  const transport = new TransportV1(url, { requestInit });
  await client.connect(transport);
  const negotiated = transport.protocolVersion;
  const tools = await exercise({ list: () => all(client), call: (name, args) => client.callTool({ name, arguments: args }) });
  await client.ping();
  await transport.terminateSession();
  await client.close();
  return { negotiated, tools };
}

async function typescriptV2(mode) {
  const client = new v2.Client({ name: 'test-v2', version: '1' }, { capabilities: {}, versionNegotiation: { mode } });
  const transport = new v2.StreamableHTTPClientTransport(url, { requestInit });
  await client.connect(transport);
  const negotiated = client.getNegotiatedProtocolVersion();
  const tools = await exercise({ list: () => all(client), call: (name, args) => client.callTool({ name, arguments: args }) });
  await client.close();
  return { negotiated, tools };
}

const inspector = (era) => withInspector({ url: MCP_URL, authorization, era }, exercise);

console.log('| client | mode | negotiated | tools | |\n| --- | --- | --- | --- | --- |');
const [old, modern] = ['2025-11-25', '2026-07-28'];
await row('TypeScript SDK 1.32.2', 'legacy', old, typescriptV1);
await row('TypeScript client 2.4.0', 'legacy', old, () => typescriptV2('legacy'));
await row('TypeScript client 2.4.0', 'auto', modern, () => typescriptV2('auto'));
await row('TypeScript client 2.4.0', 'pinned', modern, () => typescriptV2({ pin: modern }));
await row('Inspector 2.12.0 CLI', 'legacy', old, () => inspector('legacy'));
await row('Inspector 2.12.0 CLI', 'auto', modern, () => inspector('auto'));
await row('Inspector 2.12.0 CLI', 'modern', modern, () => inspector('modern'));
finish('clients');
