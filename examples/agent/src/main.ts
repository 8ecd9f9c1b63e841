import { createInterface } from 'node:readline/promises';
import { Chat } from './chat.js';
import { type Options, readOptions } from './options.js';
import { Toolbox } from './toolbox.js';

/** The session that the server has for each chat of this token. */
async function sessions(options: Options): Promise<Record<string, string>> {
  const url = new URL(options.mcpUrl);
  url.search = '';
  url.pathname = `${url.pathname.replace(/\/$/, '')}/sessions`;
  const response = await fetch(url, { headers: { Authorization: `Bearer ${options.mcpToken}` } });
  // A managed server has none.
  if (response.status === 404) return {};
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

const print = (line: string): void => console.log(line);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  const isKnown = options.chat in (await sessions(options));
  const toolbox = await Toolbox.open(options);
  try {
    const chat = new Chat(options, toolbox.instructions);
    const state = isKnown || chat.isOld ? 'goes on' : 'begins';
    print(`chat ${options.chat} ${state}; session ${toolbox.session ?? 'none'}`);
    if (options.prompt !== undefined) {
      print(await chat.say(options, toolbox, options.prompt, print));
      return;
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
    terminal.prompt();
    for await (const line of terminal) {
      // One failure does not end the chat.
      if (line.trim()) print(await chat.say(options, toolbox, line.trim(), print).catch(told));
      terminal.prompt();
    }
  } finally {
    await toolbox.close();
  }
}

function told(error: unknown): string {
  return `agent: ${error instanceof Error ? error.message : String(error)}`;
}

main().catch((error: unknown) => {
  console.error(told(error));
  process.exitCode = 1;
});
