import type { Gateway } from './gateway';

/** An API whose operations are called as two of the demo's, and which is the demo's too. */
const description = (title: string, base: string) => ({
  openapi: '3.1.0',
  info: { title, version: '1.0.0' },
  servers: [{ url: `${base}/demo` }],
  paths: {
    '/books': {
      get: { operationId: 'list_books', summary: 'List books', responses: { 200: { description: 'Books' } } },
    },
    '/books/{id}': {
      get: {
        operationId: 'get_book',
        summary: 'Get a book',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { 200: { description: 'A book' } },
      },
    },
  },
});

/** Makes an app of that title, and a server of its actions that is published and on. */
export async function makeApp(gateway: Gateway, title: string, serverName: string) {
  const api = await gateway.api();
  const text = JSON.stringify(description(title, gateway.base));
  const { data: app } = await api.POST('/api/v1/apps', { body: { description: text } });
  if (!app) throw new Error('the answer is an app');
  const tools = [{ app: app.id }];
  const { data: server } = await api.POST('/api/v1/servers', { body: { name: serverName, tools } });
  if (!server) throw new Error('the answer is a server');
  const path = { server: server.id };
  await api.POST('/api/v1/servers/{server}/publish', { params: { path }, body: {} });
  await api.POST('/api/v1/servers/enable', { body: { servers: [server.id], enabled: true } });
  return { app, server, url: `${gateway.base}/mcp/local/${server.slug}` };
}

/** The definition of an app that customers connect by a key; what it calls is the demo's bookshop. */
export const shelf = (base: string) => `key: shelf
name: Shelf
description: Finds books.
homepage: https://shelf.example.com
categories: [books]
base_url: ${base}/demo
auth:
  - name: key
    title: API key
    help: Make one under Settings, API keys.
    method:
      api_key: {place: header, name: X-Api-Key}
actions:
  - key: list-books
    title: List books
    description: Lists the books of the shop.
    request: GET /books
    result: {type: object}
`;
