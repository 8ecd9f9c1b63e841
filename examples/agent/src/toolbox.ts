import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type CallToolResult, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ModelTool } from './model.js';
import type { Options } from './options.js';

/** The longest result that the model is given, in characters. */
const RESULT_CHARS_MAX = 30_000;

/** The tools of a chat. Which they are may change with every call. */
export class Toolbox {
  readonly #client: Client;
  readonly #transport: StreamableHTTPClientTransport;
  /** What the model may call, by the name that it knows. Empty: they must be listed again. */
  #names = new Map<string, string>();
  #tools: ModelTool[] = [];
  #isFresh = false;

  private constructor(client: Client, transport: StreamableHTTPClientTransport) {
    this.#client = client;
    this.#transport = transport;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.#isFresh = false;
    });
  }

  /** Opens the chat: the same header in every request, so that the server knows it again. */
  static async open(options: Options): Promise<Toolbox> {
    const headers = { Authorization: `Bearer ${options.mcpToken}`, 'x-chat-id': options.chat };
    const transport = new StreamableHTTPClientTransport(options.mcpUrl, { requestInit: { headers } });
    const client = new Client({ name: 'gatewright-example-agent', version: '1.0.0' });
    const toolbox = new Toolbox(client, transport);
    await client.connect(transport);
    return toolbox;
  }

  /** The session behind the chat. */
  get session(): string | undefined {
    return this.#transport.sessionId;
  }

  /** What the server says of itself, for the model. */
  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }

  /** What the model may call now. */
  async list(): Promise<ModelTool[]> {
    if (this.#isFresh) return this.#tools;
    // Before the request: a change that comes while it is under way must not be lost.
    this.#isFresh = true;
    const [names, tools] = [new Map<string, string>(), [] as ModelTool[]];
    let cursor: string | undefined;
    do {
      const page = await this.#client.listTools(cursor ? { cursor } : undefined);
      for (const tool of page.tools) {
        const name = modelName(tool.name, names);
        names.set(name, tool.name);
        const description = tool.description ?? tool.title ?? '';
        tools.push({ type: 'function', function: { name, description, parameters: tool.inputSchema } });
      }
      cursor = page.nextCursor;
    } while (cursor);
    this.#names = names;
    this.#tools = tools;
    return tools;
  }

  /** Calls a tool, and says what came of it, for the model. */
  async call(name: string, args: Record<string, unknown>): Promise<{ isError: boolean; text: string }> {
    const known = this.#names.get(name);
    if (!known) return { isError: true, text: `there is no tool ${name}: use one that is listed` };
    try {
      const result = (await this.#client.callTool({ name: known, arguments: args })) as CallToolResult;
      // The notification may come after the answer, and this agent lists before it asks the model again.
      if (known === 'enable-tools') this.#isFresh = false;
      return { isError: result.isError === true, text: readable(result) };
    } catch (error) {
      return { isError: true, text: error instanceof Error ? error.message : String(error) };
    }
  }

  async close(): Promise<void> {
    // The session stays: the chat goes on with it.
    await this.#client.close();
  }
}

/** Models take names of 64 letters, digits, `_` and `-` at most; MCP is freer. */
function modelName(name: string, taken: Map<string, string>): string {
  const short = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 60);
  let made = short;
  for (let number = 2; taken.has(made); number += 1) made = `${short}_${number}`;
  return made;
}

function readable(result: CallToolResult): string {
  const parts = result.content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block)));
  const text = parts.join('\n');
  return text.length > RESULT_CHARS_MAX ? `${text.slice(0, RESULT_CHARS_MAX)}\n… (cut)` : text;
}
