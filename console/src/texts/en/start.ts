/** The first steps: from nothing to a first call. */
export const start = {
  title: 'First steps',
  description: 'From an API to the first call of an AI client, in three steps.',
  done: 'done',
  step: (number: number) => `Step ${number}`,
  api: {
    title: 'Add an API',
    text: 'Import its description (OpenAPI 2.0 to 3.2), choose one of the catalog, or write its requests by hand.',
    import: 'Import an API',
    catalog: 'See the catalog',
    done: (titles: string[]) =>
      titles.length > 3
        ? `${titles.slice(0, 3).join(', ')} and ${titles.length - 3} more`
        : titles.join(', '),
    more: 'Add another one',
  },
  tools: {
    title: 'Choose tools',
    text: 'An MCP server publishes the operations that you choose as tools. Begin with a few: each one costs a model part of its context.',
    create: 'Create MCP server',
    afterApi: 'Add an API first.',
    server: 'MCP server',
    unpublished: (name: string) => `${name} is made, and nothing of it is published yet.`,
    noTools: (name: string) => `${name} has no tools yet.`,
    addTools: 'Add tools',
    publish: 'Look and publish',
    off: (name: string) => `${name} is off: clients are refused until it is on.`,
    done: (name: string, count: number) => `${name} publishes ${count} ${count === 1 ? 'tool' : 'tools'}.`,
    see: 'See its tools',
    more: 'Create another one',
  },
  client: {
    title: 'Connect a client',
    text: 'Create a token, then paste into your client what stands below.',
    afterTools: 'Publish a server first, and turn it on.',
    done: (client: string) => `${client} is connected.`,
    unnamed: 'A client',
  },
  call: {
    title: 'Your first call',
    waiting:
      'Waiting for the first call. Ask your client for something that one of the tools can do: the call appears here at once.',
    asked: (client: string) => `${client} has asked what there is. Now have it call a tool.`,
    seen: 'It works',
    by: 'by',
    took: 'took',
    details: 'See the call',
    next: 'What is next',
    test: 'Test tools by hand',
    access: 'Say who may call',
    limits: 'Set limits',
    forbidden: 'You may not read the request log, so calls do not show here.',
  },
} as const;
