const many = (count: number, one: string, more: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

export const reimport = {
  origin: 'Where it came from',
  fromOrigin: 'It is read again from',
  ofCatalog: 'It is of the catalog: what the catalog has now is taken.',
  look: 'Look at what changes',
  apply: 'Import it',
  done: 'It was imported.',
  publishedStays: 'What is published stays as it is until it is published anew.',
  breakingTitle: 'Some changes break callers',
  breakingText: 'Whoever got along with the actions of before may fail with those of now.',
  breaking: 'breaking',
  summary: (added: number, changed: number, removed: number, unchanged: number) =>
    `${added} added, ${changed} changed, ${removed} removed, ${many(unchanged, 'action', 'actions')} the same.`,
  changed: (count: number) => many(count, 'action changes', 'actions change'),
  lists: {
    added: (count: number) => many(count, 'action is new', 'actions are new'),
    removed: (count: number) => many(count, 'action goes', 'actions go'),
    kept: (count: number) => many(count, 'action is gone but stays', 'actions are gone but stay'),
    own: (count: number) => many(count, 'action stays as made by hand', 'actions stay as made by hand'),
  },
  hints: {
    added: 'They can be added to servers.',
    removed: 'The description no longer has them, and no server uses them.',
    kept: 'The description no longer has them. Servers use them, so they stay, marked as gone.',
    own: 'The description has them too; what was made by hand wins.',
  },
  andMore: (count: number) => `and ${count.toLocaleString('en')} more`,
} as const;
