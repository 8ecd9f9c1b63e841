// The agent of examples/agent against MCP_URL with TOKEN, led by a scripted model.
import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { calls, says, startModel } from './model.mjs';

const { MCP_URL, TOKEN } = process.env;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-'));
const model = await startModel('key-of-the-test', 'scripted-1');
const DYNAMIC = ['search-tools', 'describe-tools', 'call-tool', 'enable-tools'];

/** Runs the agent to its end; `input` are lines for its prompt. */
async function agent(args, { env = {}, input } = {}) {
  const own = { MCP_URL, MCP_TOKEN: TOKEN, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'key-of-the-test', MODEL: 'scripted-1' };
  const child = spawn(process.execPath, [path.resolve('dist/main.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...own, ...env },
  });
  child.stdin.end(input ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.ok(!stdout.includes(TOKEN) && !stderr.includes(TOKEN), 'the token is never printed');
  return { code, stdout, stderr };
}

const holds = (text, ...parts) => parts.forEach((part) => assert.ok(text.includes(part), `${part} is not in ${text}`));
/** What is on the list beside the tools that are always there. */
const ALWAYS = ['connect-app', 'read_result'];
const listed = (...names) => ({ names: seen }) =>
  assert.deepEqual(seen.filter((name) => !ALWAYS.includes(name)).sort(), [...names].sort());

async function findsEnablesAndCalls() {
  model.play([
    {
      expect: ({ names, last }) => {
        listed(...DYNAMIC)({ names });
        assert.deepEqual(last, { role: 'user', content: 'Answer what Priya asks about the launch.' });
      },
      reply: calls(['search-tools', { query: 'find and answer an email' }]),
    },
    {
      expect: ({ last }) => holds(last.content, 'gmail-search-emails', 'gmail-reply-to-email'),
      reply: calls(
        ['describe-tools', { tools: ['gmail-reply-to-email'] }],
        ['call-tool', { name: 'gmail-search-emails', arguments: { query: 'from:priya is:unread' } }],
      ),
    },
    {
      expect: ({ messages }) => {
        holds(messages.at(-2).content, 'reply_all');
        holds(messages.at(-1).content, 'email-104');
      },
      reply: calls(['enable-tools', { tools: ['gmail-read-email', 'gmail-reply-to-email'] }]),
    },
    {
      expect: ({ names, tools }) => {
        listed(...DYNAMIC, 'gmail-read-email', 'gmail-reply-to-email')({ names });
        const read = tools.find((tool) => tool.function.name === 'gmail-read-email').function;
        assert.equal(read.parameters.properties.id.type, 'string');
        holds(read.description, 'Reads one email');
      },
      reply: calls(['gmail-read-email', { id: 'email-104' }]),
    },
    {
      expect: ({ last }) => holds(last.content, 'is the date of the launch final'),
      reply: calls(['gmail-reply-to-email', { id: 'email-104', body: 'Yes, the date is final.' }]),
    },
    { expect: ({ last }) => holds(last.content, 'thread-104', 'SENT'), reply: says('I told Priya that the date is final.') },
  ]);
  const { code, stdout, stderr } = await agent(['--chat', 'chat-1', 'Answer', 'what Priya asks about the launch.']);
  model.check();
  assert.equal(code, 0, stderr);
  holds(stdout, 'chat chat-1 begins', '→ search-tools {"query"', '→ gmail-reply-to-email', '← ', 'I told Priya that the date is final.');
}

async function goesOnWithTheChat() {
  model.play([
    {
      expect: ({ names, messages }) => {
        // The server kept what was enabled, the agent what was said.
        listed(...DYNAMIC, 'gmail-read-email', 'gmail-reply-to-email')({ names });
        assert.equal(messages.filter((message) => message.role === 'user').length, 2);
        assert.ok(messages.some((message) => message.content === 'I told Priya that the date is final.'));
      },
      reply: calls(['call-tool', { name: 'gmail-read-conversation', arguments: { thread_id: 'thread-104' } }]),
    },
    { expect: ({ last }) => holds(last.content, 'Yes, the date is final.'), reply: says('You wrote: Yes, the date is final.') },
  ]);
  const { code, stdout, stderr } = await agent(['--chat', 'chat-1', 'What did I write?']);
  model.check();
  assert.equal(code, 0, stderr);
  holds(stdout, 'chat chat-1 goes on', 'You wrote: Yes');
  const other = [{ expect: listed(...DYNAMIC), reply: says('Hello.') }];
  model.play(other);
  assert.equal((await agent(['Hi'])).code, 0, 'another chat begins with the first four');
  model.check();
}

async function asksAgainAndAgain() {
  model.play([
    { reply: says('Hello.') },
    { expect: ({ messages }) => assert.equal(messages.length, 4), reply: calls(['call-tool', { name: 'tasks-list-tasks', arguments: { status: 'open' } }]) },
    { expect: ({ last }) => holds(last.content, 'task-103'), reply: says('Four tasks are open.') },
  ]);
  const { code, stdout, stderr } = await agent([], { input: 'Hi\n\nWhich tasks are open?\n' });
  model.check();
  assert.equal(code, 0, stderr);
  holds(stdout, 'Hello.', 'Four tasks are open.');
}

async function failuresReachTheModelAndNotTheUser() {
  model.play([
    { reply: 429 },
    { reply: 503 },
    { reply: calls(['call-tool', '{"name": "gmail-']) },
    { expect: ({ last }) => holds(last.content, 'Error: the arguments are no JSON object'), reply: calls(['gmail-fly', {}]) },
    { expect: ({ last }) => holds(last.content, 'there is no tool gmail-fly'), reply: calls(['call-tool', { name: 'gmail-read-email', arguments: { id: 'email-1' } }]) },
    { expect: ({ last }) => holds(last.content, 'Error: ', 'gmail-search-emails'), reply: calls(['call-tool', { name: 'gmail-read-email', arguments: {} }]) },
    { expect: ({ last }) => holds(last.content, 'Error: ', 'id'), reply: says('It cannot be read.') },
  ]);
  const { code, stdout, stderr } = await agent(['Read email 1']);
  model.check();
  assert.equal(code, 0, stderr);
  holds(stdout, '✗ ', 'It cannot be read.');
}

async function appsNarrowAndStaticListsAll() {
  model.play([
    {
      expect: ({ names }) => {
        const others = names.filter((name) => !ALWAYS.includes(name));
        assert.ok(others.length >= 6 && others.every((name) => name.startsWith('tasks-')), names.join());
      },
      reply: says('Tasks alone.'),
    },
  ]);
  const { code, stderr } = await agent(['--mode', 'static', '--apps', 'tasks', 'What can you do?']);
  model.check();
  assert.equal(code, 0, stderr);
}

async function tellsWhatIsWrong() {
  const refused = async (args, options, ...parts) => {
    const { code, stderr } = await agent(args, options);
    assert.equal(code, 1, stderr);
    holds(stderr, 'agent: ', ...parts);
  };
  await refused(['Hi'], { env: { MODEL: '' } }, 'set MODEL');
  await refused(['--chat', '../etc', 'Hi'], {}, '--chat has 1 to 128');
  await refused(['Hi'], { env: { MCP_TOKEN: 'wrong' } }, '401');
  model.play(Array.from({ length: 2 }, () => ({ reply: calls(['search-tools', { query: 'mail' }]) })));
  await refused(['--max-steps', '2', 'Loop'], {}, '2 times in a row');
  model.check();
}

let [passed, failed] = [0, 0];
const cases = [findsEnablesAndCalls, goesOnWithTheChat, asksAgainAndAgain, failuresReachTheModelAndNotTheUser, appsNarrowAndStaticListsAll, tellsWhatIsWrong];
for (const one of cases) {
  try {
    await one();
    passed += 1;
    console.log(`ok: ${one.name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${one.name}: ${error.stack}`);
  }
}
model.close();
fs.rmSync(folder, { recursive: true });
console.log(`agent result: ${passed} passed; ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
