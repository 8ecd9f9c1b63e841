import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** A real MCP client, connected to that server with that token. */
export async function mcpClient(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'console-e2e', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}
