import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ask, type Message } from './model.js';
import type { Options } from './options.js';
import type { Toolbox } from './toolbox.js';

const SYSTEM = `You are a helpful assistant that acts for its user through tools.
You begin with a few tools that find others. When no listed tool does what is needed, search with search-tools, read what the
best ones take with describe-tools, and then either put those that you will use on your list with enable-tools, or call one
directly with call-tool. enable-tools replaces the list, so name all that you still need. Never invent ids: look them up.
Tell the user in a few words what you did.`;

/** A conversation, which is kept in a file so that it can be gone on with. The server keeps the tools that were enabled. */
export class Chat {
  readonly #file: string;
  readonly #messages: Message[];

  /** The chat of that name, as it was left. */
  constructor(options: Options, instructions: string | undefined, folder = '.chats') {
    this.#file = path.join(folder, `${options.chat}.json`);
    this.#messages = this.#read() ?? [{ role: 'system', content: [SYSTEM, instructions].filter(Boolean).join('\n\n') }];
  }

  /** Whether something was said before. */
  get isOld(): boolean {
    return this.#messages.length > 1;
  }

  /** Takes what the user says, lets the model call tools until it has nothing more to do, and gives its last words. */
  async say(options: Options, toolbox: Toolbox, prompt: string, print: (line: string) => void): Promise<string> {
    this.#messages.push({ role: 'user', content: prompt });
    for (let step = 0; step < options.maxSteps; step += 1) {
      const answer = await ask(options, this.#messages, await toolbox.list());
      this.#messages.push(answer);
      if (!answer.tool_calls) {
        this.#write();
        return answer.content ?? '';
      }
      if (answer.content) print(answer.content);
      for (const call of answer.tool_calls) {
        print(`→ ${call.function.name} ${call.function.arguments}`);
        const args = readArguments(call.function.arguments);
        const { isError, text } =
          args instanceof Error
            ? { isError: true, text: `the arguments are no JSON object: ${args.message}` }
            : await toolbox.call(call.function.name, args);
        print(`${isError ? '✗' : '←'} ${firstLine(text)}`);
        this.#messages.push({ role: 'tool', tool_call_id: call.id, content: isError ? `Error: ${text}` : text });
      }
      this.#write();
    }
    throw new Error(`the model called tools ${options.maxSteps} times in a row: see --max-steps`);
  }

  #read(): Message[] | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Message[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #write(): void {
    // It holds what the tools have read: nobody else's business.
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(this.#file, JSON.stringify(this.#messages, null, 1), { mode: 0o600 });
  }
}

function readArguments(text: string): Record<string, unknown> | Error {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return new Error('an object is needed');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function firstLine(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
