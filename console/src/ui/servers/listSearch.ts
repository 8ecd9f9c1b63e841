/** What the list of servers shows, as its URL has it. */
export interface ListSearch {
  /** Words. */
  q?: string;
  sort?: Sort;
  state?: 'on' | 'off' | 'deleted';
  /** The dialog that makes a server is open, and begins with that. */
  create?: Source;
  /** The dialog of one server that is open. */
  act?: Act;
  /** The server that it is about. */
  of?: string;
}

export const SORTS = ['name', 'slug', 'updated', 'created'] as const;
export type Sort = (typeof SORTS)[number];

export const SOURCES = ['scratch', 'app', 'file'] as const;
export type Source = (typeof SOURCES)[number];

export const ACTS = ['clone', 'delete', 'purge', 'uses'] as const;
export type Act = (typeof ACTS)[number];

/** Reads a URL that anybody may have written: what is not understood is left out. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const q = typeof search.q === 'string' || typeof search.q === 'number' ? String(search.q).trim() : '';
  const act = oneOf(ACTS, search.act);
  return {
    q: q || undefined,
    sort: oneOf(SORTS, search.sort),
    state: oneOf(['on', 'off', 'deleted'], search.state),
    create: oneOf(SOURCES, search.create),
    act,
    of: act && typeof search.of === 'string' ? search.of : undefined,
  };
}

function oneOf<const Value>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((each) => each === value);
}

/** What the API is asked for. Who looks for a name finds it fastest in their order. */
export function listQuery({ q, sort = 'name', state }: ListSearch) {
  return {
    search: q,
    sort,
    enabled: state === 'on' ? true : state === 'off' ? false : undefined,
    deleted: state === 'deleted' || undefined,
    limit: 100,
  };
}
