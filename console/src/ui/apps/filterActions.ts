import type { Schema } from '#api/client';

export type ActionSummary = Schema<'ActionSummary'>;

/** Which actions of an app are looked for. */
export interface ActionFilter {
  /** Words that name, title, description, path or tags hold, all of them, in any case. */
  search?: string;
  method?: string;
  tag?: string;
  /** Only those whose method is safe. */
  readOnly?: boolean;
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'];

/** Whether a method changes nothing, as read-only servers and tokens judge it. */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.includes(method);
}

/** The actions that fit; the search is the one of `list_actions`. */
export function filterActions(actions: ActionSummary[], filter: ActionFilter): ActionSummary[] {
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter((action) => {
    if (filter.method && action.method !== filter.method) return false;
    if (filter.tag && !action.tags.includes(filter.tag)) return false;
    if (filter.readOnly && !isSafe(action.method)) return false;
    if (words.length === 0) return true;
    const { name, title = '', description, path, tags } = action;
    const text = [name, title, description, path, ...tags].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The tags and methods that actions have, in order, with how many have each. */
export function facets(actions: ActionSummary[]): { tags: [string, number][]; methods: [string, number][] } {
  return {
    tags: counted(actions.flatMap((action) => action.tags)),
    methods: counted(actions.map((action) => action.method)),
  };
}

function counted(values: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

/** What these actions add to a tool list that a model reads, about. */
export function tokensOf(actions: ActionSummary[], names: ReadonlySet<string>): number {
  return actions.reduce((sum, action) => (names.has(action.name) ? sum + action.tokens : sum), 0);
}
