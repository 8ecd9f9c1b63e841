/** What activity is shown of, as the URL has it. */
export interface ActivitySearch {
  /** Up to today. */
  days?: Span;
  by?: Group;
  server?: string;
  tool?: string;
  token?: string;
  user?: string;
}

export type Span = (typeof SPANS)[number];
export type Group = (typeof GROUPS)[number];

export const SPANS = [1, 7, 30, 90, 365] as const;
export const GROUPS = ['server', 'tool', 'token', 'user'] as const;

const DAY = 86_400_000;

export function activitySearch(search: Record<string, unknown>): ActivitySearch {
  const id = (value: unknown, prefix: string) =>
    typeof value === 'string' && new RegExp(`^${prefix}_[0-9a-f]{32}$`).test(value) ? value : undefined;
  return {
    days: SPANS.find((days) => days === search.days),
    by: GROUPS.find((group) => group === search.by),
    server: id(search.server, 'srv'),
    tool: typeof search.tool === 'string' && search.tool !== '' ? search.tool.slice(0, 128) : undefined,
    token: id(search.token, 'tok'),
    user: id(search.user, 'usr'),
  };
}

/** The days, UTC, oldest first, ending today. */
export function daysOf(span: Span, now: number): string[] {
  return Array.from({ length: span }, (_, index) => day(now - (span - 1 - index) * DAY));
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
