export const addToServer = {
  title: 'Add to MCP server',
  where: 'To which server',
  existing: 'A server that is there',
  new: 'A new server',
  server: 'MCP server',
  serverPlaceholder: 'Search by name or URI',
  noServer: 'No server fits. Make a new one.',
  name: 'Name',
  nameHint: 'Its part of the URL is made of it; you can change it later.',
  description: 'Description',
  one: 'This action becomes a tool of its draft:',
  cost: 'The tools cost about',
  costAfter: 'The tool list will cost about',
  now: (tokens: number) =>
    `It costs ${tokens.toLocaleString('en')} now. Nothing changes for clients until you publish.`,
  over: 'That is over the budget of the server: it cannot be published until tools are removed or the budget is raised.',
  add: (count: number) => (count === 1 ? 'Add 1 tool' : `Add ${count.toLocaleString('en')} tools`),
  create: (count: number) =>
    count === 1 ? 'Create with 1 tool' : `Create with ${count.toLocaleString('en')} tools`,
  added: (count: number) =>
    count === 1
      ? '1 tool was added to the draft. Publish to serve it.'
      : `${count.toLocaleString('en')} tools were added to the draft. Publish to serve them.`,
} as const;
