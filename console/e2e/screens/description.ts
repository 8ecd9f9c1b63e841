/** A description of which some operations cannot become actions, and one loses something. */
export const stock = {
  openapi: '3.1.0',
  info: { title: 'Stock', version: '2.4.0', description: 'What is where, and how much of it.' },
  servers: [{ url: 'https://stock.example.com/v2' }],
  tags: [{ name: 'items' }, { name: 'moves' }, { name: 'places' }],
  paths: {
    '/items': {
      get: {
        operationId: 'listItems',
        tags: ['items'],
        summary: 'List items',
        description: 'Lists the items of a place, newest first.',
        parameters: [
          { name: 'place', in: 'query', schema: { type: 'string' }, description: 'Only what lies there.' },
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
        ],
        responses: {
          200: {
            description: 'Items',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Items' } } },
          },
        },
      },
      post: {
        operationId: 'createItem',
        tags: ['items'],
        summary: 'Create an item',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } },
        },
        responses: { 201: { description: 'Made' } },
      },
    },
    '/items/{item}': {
      parameters: [{ name: 'item', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        operationId: 'getItem',
        tags: ['items'],
        summary: 'Get an item',
        responses: { 200: { description: 'The item' } },
      },
      delete: {
        operationId: 'deleteItem',
        tags: ['items'],
        summary: 'Delete an item',
        responses: { 204: { description: 'Gone' } },
      },
    },
    '/moves': {
      post: {
        operationId: 'moveItems',
        tags: ['moves'],
        summary: 'Move items',
        requestBody: {
          content: { 'application/x-stock-binary': { schema: { type: 'string', format: 'binary' } } },
        },
        responses: { 202: { description: 'Under way' } },
      },
      get: {
        operationId: 'listMoves',
        tags: ['moves'],
        summary: 'List moves',
        parameters: [{ name: 'when', in: 'query', schema: { $ref: '#/components/schemas/Missing' } }],
        responses: { 200: { description: 'Moves' } },
      },
    },
    '/places/{place}': {
      get: {
        operationId: 'getPlace',
        tags: ['places'],
        summary: 'Get a place',
        responses: { 200: { description: 'The place' } },
      },
    },
  },
  components: {
    schemas: {
      Item: {
        type: 'object',
        required: ['name', 'place'],
        properties: {
          name: { type: 'string', description: 'What it is called.' },
          place: { type: 'string' },
          count: { type: 'integer', minimum: 0 },
        },
      },
      Items: {
        type: 'object',
        properties: { items: { type: 'array', items: { $ref: '#/components/schemas/Item' } } },
      },
    },
  },
};
