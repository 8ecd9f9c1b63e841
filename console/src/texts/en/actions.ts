const many = (count: number, one: string, more: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

export const actions = {
  title: 'Actions',
  action: 'Action',
  request: 'Request',
  tokens: 'Tokens',
  method: 'Method',
  tag: 'Tag',
  tags: 'Tags',
  search: 'Search actions',
  readOnly: 'Safe methods only',
  deprecated: 'deprecated',
  gone: 'gone',
  goneHint: 'The description no longer has it. It stays because a server uses it.',
  byHand: 'by hand',
  clear: 'Clear',
  selectFound: (count: number) => `Select all ${count.toLocaleString('en')}`,
  counts: (selected: number, tokens: number, found: number, all: number) =>
    `${many(selected, 'action', 'actions')} selected, about ${many(tokens, 'token', 'tokens')}. ` +
    (found === all
      ? `${many(all, 'action', 'actions')}.`
      : `${found.toLocaleString('en')} of ${many(all, 'action', 'actions')} found.`),
  noneTitle: 'This app has no actions yet',
  noneText: 'Import its API description again, or add actions by hand.',
  noneFound: 'No action fits. Use fewer words or another filter.',
} as const;
