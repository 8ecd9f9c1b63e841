export const ownConnections = {
  title: 'My connections',
  description:
    'Apps that your MCP servers call as you. What you connect here is used by your own calls, and by nobody else’s.',
  emptyTitle: 'Nothing to connect',
  emptyText:
    'None of your MCP servers calls an app with your own connection. When one does, the app is listed here, and its tools tell your agent so.',
  noPerson: 'A token is signed in, not a person: it has no connections of its own.',
  connect: 'Connect',
  connectAnother: 'Connect another account',
  connectApp: (app: string) => `Connect ${app}`,
  notConnected: 'Not connected: until you connect it, its tools answer with a link to do so.',
  usedBy: 'Used by',
  connected: (app: string) => `${app} is connected.`,
  created: 'The connection was added.',
  rotated: 'The secret was replaced.',
  again: 'Connect again',
  more: 'Others that you have connected',
  moreText: 'No MCP server of yours calls these as you any more.',
  list: (app: string) => `Your connections of ${app}`,
} as const;
