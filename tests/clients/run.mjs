// The TypeScript clients and the Inspector against MCP_URL with TOKEN, in each era that they speak.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v2 from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exercise, finish, row } from './check.mjs';
import { startProxy } from './proxy.mjs';

const { MCP_URL, TOKEN } = process.env;
const url = new URL(MCP_URL);
const authorization = `Bearer ${TOKEN}`;
const requestInit = { headers: { Authorization: authorization } };
const run = promisify(execFile);

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

async function inspector(era) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'inspector-'));
  const config = path.join(directory, 'config.json');
  const recorder = await startProxy(MCP_URL);
  const server = { type: 'streamable-http', url: recorder.url, headers: { Authorization: authorization }, protocolEra: era };
  fs.writeFileSync(config, JSON.stringify({ mcpServers: { gatewright: server } }));
  const cli = async (...options) => {
    const fixed = ['--cli', '--config', config, '--server', 'gatewright', '--stored-auth-only', '--format', 'json'];
    const bin = path.resolve('node_modules/.bin/mcp-inspector');
    const env = { ...process.env, HOME: directory, MCP_INSPECTOR_SECRET_STORE: 'memory' };
    try {
      return JSON.parse((await run(bin, [...fixed, ...options], { env })).stdout).result;
    } catch (error) {
      // Exit code 5 is a tool's own error, which is an answer like any other.
      if (error.code === 5) return JSON.parse(error.stdout).result;
      throw new Error(`exit ${error.code}: ${error.stderr || error.stdout || error.message}`.trim());
    }
  };
  try {
    const tools = await exercise({
      list: async () => (await cli('--method', 'tools/list')).tools,
      call: (name, args) =>
        cli('--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args)),
    });
    return { negotiated: [...recorder.versions].join(' '), tools };
  } finally {
    recorder.close();
    fs.rmSync(directory, { recursive: true });
  }
}

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
