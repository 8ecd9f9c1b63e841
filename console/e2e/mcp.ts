import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** A real MCP client, connected to that server with that token, in that chat. */
export async function mcpClient(url: string, token: string, chat?: string): Promise<Client> {
  const client = new Client({ name: 'console-e2e', version: '1.0.0' });
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (chat !== undefined) headers['x-chat-id'] = chat;
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}
