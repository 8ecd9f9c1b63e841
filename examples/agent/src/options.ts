import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

/** What the agent runs with: the command line, then the environment. */
export interface Options {
  /** The MCP endpoint, with `mode` and `apps` in its query. */
  mcpUrl: URL;
  mcpToken: string;
  /** The base URL of an OpenAI-compatible API, such as https://api.openai.com/v1. */
  modelUrl: string;
  modelKey: string;
  model: string;
  /** What names the chat, here and at the server. */
  chat: string;
  /** What to do; without it the agent asks. */
  prompt: string | undefined;
  /** Answers of the model in a row at most. */
  maxSteps: number;
}

export const USAGE = `usage: agent [OPTION…] [PROMPT…]

  --chat ID        goes on with a chat, or begins one of that name (default: a new one)
  --apps KEY,KEY   only the tools of these apps
  --mode MODE      dynamic (default): the model finds its tools; static: it is told of all of them
  --max-steps N    answers of the model in a row at most (20)

Without a prompt it asks for one, again and again. The environment says the rest:
  MCP_URL          http://127.0.0.1:3000/mcp unless set
  MCP_TOKEN        the customer's token
  OPENAI_BASE_URL  https://api.openai.com/v1 unless set; any API with /chat/completions will do
  OPENAI_API_KEY   its key, where it wants one
  MODEL            the model's name`;

/** Reads the command line. Throws what to tell the user. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      chat: { type: 'string' },
      apps: { type: 'string' },
      mode: { type: 'string', default: 'dynamic' },
      'max-steps': { type: 'string', default: '20' },
    },
  });
  const needed = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`set ${name}\n\n${USAGE}`);
    return value;
  };
  const mcpUrl = new URL(env['MCP_URL'] || 'http://127.0.0.1:3000/mcp');
  mcpUrl.searchParams.set('mode', values.mode);
  if (values.apps) mcpUrl.searchParams.set('apps', values.apps);
  const chat = values.chat ?? randomUUID();
  // It becomes a header and the name of a file.
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(chat)) {
    throw new Error('--chat has 1 to 128 letters, digits and . _ -');
  }
  const maxSteps = Number(values['max-steps']);
  if (!Number.isInteger(maxSteps) || maxSteps < 1) throw new Error('--max-steps is a number above 0');
  return {
    mcpUrl,
    mcpToken: needed('MCP_TOKEN'),
    modelUrl: (env['OPENAI_BASE_URL'] || 'https://api.openai.com/v1').replace(/\/+$/, ''),
    modelKey: env['OPENAI_API_KEY'] ?? '',
    model: needed('MODEL'),
    chat,
    prompt: positionals.length > 0 ? positionals.join(' ') : undefined,
    maxSteps,
  };
}
