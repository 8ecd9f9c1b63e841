/** The settings of one server. */
export const serverSettings = {
  save: 'Save',
  undo: 'Undo',
  saved: 'Saved.',
  atOnce: 'holds at once',
  withNext: 'holds with the next version',
  texts: {
    title: 'Name and texts',
    name: 'Name',
    description: 'Description',
    descriptionHint: 'What it is for. Clients show it to people.',
    instructions: 'Instructions',
    instructionsHint: 'What models are told before they use its tools.',
    keepsResults: 'Keep results over budget',
    keepsResultsHint:
      'A result that is too long for a model is kept for a while, and a built-in tool reads on in it.',
  },
  address: {
    title: 'Address',
    slug: 'Slug',
    slugHint: 'The last part of its URL.',
    formerDays: 'Days that a former slug goes on answering',
    formerDaysHint: 'For slugs that are replaced from now on. 0: they end at once.',
    hostNames: 'Host names of its own',
    hostNamesHint: 'Such as crm.example.com, under which it answers at /mcp. Their DNS and TLS lead here.',
    hostNamesPlaceholder: 'Type a host name, then Enter',
    former: 'Former slugs that still answer',
    until: 'until',
    change: {
      title: (slug: string) => `Change the slug to ${slug}?`,
      text: (before: string, after: string) =>
        `The URL of the server becomes ${after}. Every client that is set up with ${before} has to be changed.`,
      grace: (days: number) =>
        `The former URL goes on answering for ${days} ${days === 1 ? 'day' : 'days'}. The request logs show who still uses it.`,
      noGrace: 'The former URL stops answering at once, since former slugs are kept for 0 days.',
      act: 'Change the slug',
    },
  },
  safety: {
    title: 'Safety',
    readOnly: 'Read-only',
    readOnlyHint: 'Tools that write are hidden, and no writing request leaves Gatewright.',
  },
  logs: {
    title: 'Request log',
    strict: 'Strict log',
    strictHint: 'A row is on disk before its answer leaves. Calls wait for the disk.',
    payloads: 'Keep arguments and results',
    payloadsHint: 'They are redacted first, and cut if long.',
    retention: 'Days that rows are kept',
    retentionHint: 'Empty: as long as the installation keeps them.',
  },
  budget: {
    title: 'Token budget',
    budget: 'Budget',
    budgetHint: 'Tokens of the tool list above which a draft cannot be published. Empty: no budget.',
    warning: 'Warning',
    warningHint: 'Tokens above which whoever publishes is warned. Empty: no warning.',
  },
  connections: {
    title: 'Connections',
    hint: 'Which credentials the tools of each app use. A tool can have a connection of its own besides.',
    none: 'It has no tools yet, so it calls no app.',
    default: 'The default connection of the app',
    caller: 'The caller’s own connection',
    callerHint:
      'Each call is made with what its user has connected under My connections; where there is nothing, the tool answers with a link.',
    ofApp: (app: string) => `Connection for ${app}`,
  },
  file: {
    title: 'As a file',
    hint: 'Settings and draft as YAML: apps by their keys, connections by their names, and no secret.',
    export: 'Export',
    import: 'Import into the draft',
    importTitle: 'Import into the draft',
    importText:
      'The file takes the place of the settings and the draft. Slug, host names and state stay, and so does what is published.',
    submit: 'Replace the draft',
    imported: 'The draft is that of the file now.',
  },
  danger: {
    title: 'Delete the server',
    text: 'Clients are refused at once. It can be restored for 30 days.',
    delete: 'Delete server',
  },
} as const;
