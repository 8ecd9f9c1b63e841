// The Inspector's command line, in one era.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startProxy } from './proxy.mjs';

const run = promisify(execFile);

/** Has `use` work with the Inspector on a server: `list` its tools, and `call` one. Gives the revisions that went over the wire, too. */
export async function withInspector({ url, authorization, era }, use) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'inspector-'));
  const config = path.join(directory, 'config.json');
  const recorder = await startProxy(url);
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
    const tools = await use({
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
