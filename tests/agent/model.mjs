// A scripted model: an OpenAI-compatible /chat/completions that replays a script, and checks what it is sent.
import http from 'node:http';

/** A reply with calls of tools: `[name, arguments]` each; the arguments may be a text that is no JSON. */
export function calls(...wanted) {
  const tool_calls = wanted.map(([name, args], at) => ({
    id: `call_${at}_${Math.random().toString(36).slice(2, 10)}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  return { role: 'assistant', content: null, tool_calls };
}

/** A reply in words, which ends the turn. */
export const says = (content) => ({ role: 'assistant', content });

/**
 * Serves the script. Each step is `{ expect?, reply }`: `expect` gets the request and throws when it is not as it should be;
 * `reply` is a message, or a number: the status of a failure.
 */
export async function startModel(key, name) {
  let script = [];
  let failure;
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
      response.end(JSON.stringify(value));
    };
    try {
      if (failure) throw failure;
      if (request.method !== 'POST' || request.url !== '/v1/chat/completions') throw new Error(`${request.method} ${request.url}`);
      if (request.headers.authorization !== `Bearer ${key}`) throw new Error(`authorization: ${request.headers.authorization}`);
      const asked = JSON.parse(body);
      if (asked.model !== name) throw new Error(`model: ${asked.model}`);
      checkMessages(asked.messages);
      const step = script.shift();
      if (!step) throw new Error(`the script is over, and this came: ${body.slice(-400)}`);
      step.expect?.({ ...asked, last: asked.messages.at(-1), names: (asked.tools ?? []).map((tool) => tool.function.name) });
      if (typeof step.reply === 'number') return answer(step.reply, { error: { message: 'as the script says' } });
      answer(200, { id: 'x', object: 'chat.completion', choices: [{ index: 0, finish_reason: step.reply.tool_calls ? 'tool_calls' : 'stop', message: step.reply }] });
    } catch (error) {
      failure ??= error;
      answer(400, { error: { message: `${error.message}` } });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    /** The next requests and their replies. */
    play: (steps) => { script = [...steps]; },
    /** Throws when something was not as it should be, or not all was asked for. */
    check: () => {
      if (failure) throw failure;
      if (script.length > 0) throw new Error(`${script.length} steps of the script were not asked for`);
    },
    close: () => server.close(),
  };
}

/** What any such API insists on: a result for each call, right after it, and no other. */
function checkMessages(messages) {
  let open = new Set();
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id)) throw new Error(`message ${at}: a result of no call`);
      if (typeof message.content !== 'string') throw new Error(`message ${at}: a result that is no text`);
      continue;
    }
    if (open.size > 0) throw new Error(`message ${at}: calls without results`);
    open = new Set((message.tool_calls ?? []).map((call) => call.id));
  }
  if (messages[0]?.role !== 'system') throw new Error('the first message is no system message');
}
