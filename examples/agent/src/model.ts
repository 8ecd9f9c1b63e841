import { setTimeout as wait } from 'node:timers/promises';
import type { Options } from './options.js';

/** A message of a chat, as `/chat/completions` takes and gives it. */
export type Message =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string | null; tool_calls?: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

/** A call that the model wants. */
export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A tool, as the model is told of it. */
export interface ModelTool {
  type: 'function';
  function: { name: string; description: string; parameters: object };
}

export type Answer = Extract<Message, { role: 'assistant' }>;

/** How long one answer may take. */
const PATIENCE_MS = 120_000;
/** Tries before a busy model counts as one that does not answer. */
const TRIES = 4;

/** Asks the model what comes next. */
export async function ask(options: Options, messages: Message[], tools: ModelTool[]): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`${options.modelUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.modelKey ? { authorization: `Bearer ${options.modelKey}` } : {}),
      },
      body: JSON.stringify({ model: options.model, messages, ...(tools.length > 0 ? { tools } : {}) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (response.ok) return read(text);
    const isBusy = response.status === 429 || response.status >= 500;
    if (!isBusy || attempt === TRIES) {
      throw new Error(`the model answered ${response.status}: ${text.slice(0, 500)}`);
    }
    await wait(pause(response.headers.get('retry-after'), attempt));
  }
}

/** What the API asks for, in seconds, or twice as long each time. */
function pause(retryAfter: string | null, attempt: number): number {
  const asked = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(asked) ? Math.min(asked, 60) * 1_000 : 500 * 2 ** attempt;
}

function read(text: string): Answer {
  const body = JSON.parse(text) as { choices?: { message?: Partial<Answer> }[] };
  const message = body.choices?.[0]?.message;
  if (!message) throw new Error(`the model answered without a message: ${text.slice(0, 500)}`);
  const { content, tool_calls } = message;
  return {
    role: 'assistant',
    content: content ?? null,
    ...(tool_calls && tool_calls.length > 0 ? { tool_calls } : {}),
  };
}
