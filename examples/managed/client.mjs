// The official MCP client as a command: what a person's agent sees and may do, with the token in TOKEN.
//
//   node client.mjs URL list                the names of the tools, in one line
//   node client.mjs URL arguments TOOL      the names of a tool's arguments
//   node client.mjs URL call TOOL JSON      what the tool answers, or "error: …"
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [url, command, tool, given] = process.argv.slice(2);
const client = new Client({ name: 'desk-agent', version: '1' }, { versionNegotiation: { mode: 'auto' } });
const requestInit = { headers: { Authorization: `Bearer ${process.env.TOKEN}` } };

async function call() {
  const { isError, content } = await client.callTool({ name: tool, arguments: JSON.parse(given) });
  const text = content.map((part) => part.text).join('\n');
  return isError ? `error: ${text}` : text;
}

async function listed() {
  const { tools } = await client.listTools();
  if (command === 'list') return tools.map(({ name }) => name).join(' ');
  const { inputSchema } = tools.find(({ name }) => name === tool);
  return Object.keys(inputSchema.properties).join(' ');
}

try {
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  console.log(await (command === 'call' ? call() : listed()));
  await client.close();
} catch (error) {
  console.log(`error: ${error.message}`);
}
