// Every tool of `serve --demo` is called by the official SDK, which checks each result against its schema; the Inspector lists and calls.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { finish, row, test } from './check.mjs';
import { withInspector } from './inspector.mjs';

const { MCP_URL, TOKEN } = process.env;
const authorization = `Bearer ${TOKEN}`;
/** Names of the apps' tools; beside them are those that every customer has. */
const APPS = /^(gmail|google-calendar|google-docs|tasks)-/;

/** Each call may use what those before it answered. */
const CALLS = [
  ['gmail-get-profile', {}],
  ['gmail-list-labels', {}],
  ['gmail-create-label', { name: 'Travel' }],
  ['gmail-search-emails', { query: 'is:unread', max_results: 5 }],
  ['gmail-read-email', { id: 'email-102' }],
  ['gmail-read-conversation', { thread_id: 'thread-102' }],
  ['gmail-send-email', { to: 'ann@example.com', subject: 'Hi', body: 'Hello', cc: 'bob@example.com' }],
  ['gmail-reply-to-email', { id: 'email-102', body: 'Paid.', reply_all: true }],
  ['gmail-change-labels', { id: 'email-102', add: ['Travel'], remove: ['UNREAD'] }],
  ['gmail-trash-email', { id: 'email-105' }],
  ['gmail-create-draft', { subject: 'Later', body: '…' }],
  ['gmail-list-drafts', {}],
  ['gmail-send-draft', { id: 'draft-106' }],
  ['google-calendar-list-events', { query: 'review' }],
  ['google-calendar-get-event', { event_id: 'event-103' }],
  ['google-calendar-find-free-slots', { duration_minutes: 30, max_results: 3 }],
  [
    'google-calendar-create-event',
    ({ slots }) => ({ title: 'Call', start: slots[0].start, end: slots[0].end, attendees: ['ann@example.com'] }),
  ],
  ['google-calendar-update-event', ({ id }) => ({ event_id: id, location: 'Room 1' })],
  ['google-calendar-respond-to-event', { event_id: 'event-103', response: 'accepted' }],
  ['google-calendar-delete-event', { event_id: 'event-106' }],
  ['google-docs-search-documents', { query: 'launch' }],
  ['google-docs-read-document', { document_id: 'doc-101' }],
  ['google-docs-create-document', { title: 'Ideas', text: 'One' }],
  ['google-docs-append-text', ({ id }) => ({ document_id: id, text: '\nTwo' })],
  ['google-docs-replace-text', { document_id: 'doc-103', find: '{{year}}', replace_with: '2020' }],
  ['google-docs-rename-document', { document_id: 'doc-103', title: 'Letter' }],
  ['google-docs-delete-document', { document_id: 'doc-102' }],
  ['tasks-list-tasks', { status: 'open' }],
  ['tasks-get-task', { task_id: 'task-101' }],
  ['tasks-create-task', { title: 'Pack', due: '2030-01-01' }],
  ['tasks-update-task', ({ id }) => ({ task_id: id, notes: 'Passport' })],
  ['tasks-complete-task', ({ id }) => ({ task_id: id })],
  ['tasks-reopen-task', ({ id }) => ({ task_id: id })],
  ['tasks-delete-task', { task_id: 'task-104' }],
];

await test('every tool works, as its schema says', async () => {
  const client = new Client({ name: 'demo', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(MCP_URL), { requestInit: { headers: { Authorization: authorization } } }));
  const { tools } = await client.listTools();
  const own = tools.filter((tool) => APPS.test(tool.name));
  assert.deepEqual(CALLS.map(([name]) => name).sort(), own.map((tool) => tool.name).sort());
  assert.ok(own.every((tool) => tool.outputSchema && tool.description.length >= 40));
  let last = {};
  for (const [name, given] of CALLS) {
    const result = await client.callTool({ name, arguments: typeof given === 'function' ? given(last) : given });
    assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
    last = result.structuredContent;
  }
  const refused = await client.callTool({ name: 'gmail-read-email', arguments: { id: 'email-1' } });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /gmail-search-emails/);
  await client.close();
});

const inspect = async ({ list, call }) => {
  const tools = await list();
  assert.equal(tools.filter((tool) => APPS.test(tool.name)).length, CALLS.length);
  const read = await call('google-docs-read-document', { document_id: 'doc-101' });
  assert.match(read.structuredContent.text, /first hundred customers/);
  const refused = await call('tasks-get-task', { task_id: 'task-1' });
  assert.equal(refused.isError, true);
  return tools.length;
};

console.log('| client | mode | negotiated | tools | |\n| --- | --- | --- | --- | --- |');
const [old, modern] = ['2025-11-25', '2026-07-28'];
for (const [era, expected] of [['legacy', old], ['auto', modern], ['modern', modern]]) {
  await row('Inspector 2.12.0 CLI', era, expected, () => withInspector({ url: MCP_URL, authorization, era }, inspect));
}
finish('demo');
