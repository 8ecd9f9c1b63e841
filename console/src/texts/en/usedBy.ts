export const usedBy = {
  title: 'Used by',
  nobody: 'Nothing uses it.',
  published: 'published',
  draft: 'draft',
  deleted: 'deleted server',
  connectionOnly: 'for calls of the app',
  customers: (count: number) =>
    count === 1
      ? '1 customer has connected it.'
      : `${count.toLocaleString('en')} customers have connected it.`,
} as const;
