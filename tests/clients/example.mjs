// The helpdesk example through the TypeScript client: what its description promises.
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const { MCP_URL, TOKEN } = process.env;
const client = new Client({ name: 'example', version: '1' }, { versionNegotiation: { mode: 'auto' } });
const requestInit = { headers: { Authorization: `Bearer ${TOKEN}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(MCP_URL), { requestInit }));

const { tools } = await client.listTools();
const plain = (name) => name.replaceAll(/[_.-]/g, '').toLowerCase();
const tool = (name) => tools.find((candidate) => plain(candidate.name) === plain(name));
const call = async (name, args) => {
  const result = await client.callTool({ name: tool(name).name, arguments: args });
  assert.ok(!result.isError, JSON.stringify(result));
  return JSON.parse(result.content[0].text);
};

assert.equal(tools.length, 6);
assert.ok(tools.some(({ name }) => name === 'comment_on_ticket'), 'x-mcp.name');
assert.equal(tool('reset'), undefined, 'x-mcp.exclude');
assert.equal(tool('listTickets').annotations.readOnlyHint, true);
assert.equal(tool('comment_on_ticket').annotations.destructiveHint, false, 'x-mcp.annotations');

const created = await call('createTicket', { subject: 'The printer is on fire', priority: 'urgent' });
const commented = await call('comment_on_ticket', { number: created.number, text: 'Have you tried turning it off?' });
assert.deepEqual(commented.comments, ['Have you tried turning it off?']);
const { tickets } = await call('listTickets', { priority: ['urgent', 'low'], limit: 2 });
assert.deepEqual(tickets.map(({ priority }) => priority), ['urgent', 'urgent']);
assert.equal(tickets[0].number, created.number);
const solved = await call('updateTicket', { number: created.number, status: 'solved', assignee: null });
assert.equal(solved.status, 'solved');
const missing = await client.callTool({ name: tool('getTicket').name, arguments: { number: 999 } });
assert.equal(missing.isError, true);
await client.close();
console.log('example result: 1 passed; 0 failed');
