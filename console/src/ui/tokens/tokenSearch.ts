/** What the list of tokens is narrowed to, as the URL has it. */
export interface TokenSearch {
  state?: 'live' | 'expired' | 'revoked';
  /** `account`, or the id of a user or customer. */
  owner?: string;
  /** Days. */
  unused?: number;
  never?: boolean;
  /** Days. */
  expiring?: number;
  ownerDisabled?: boolean;
}

const DAY = 86_400_000;

export function tokenSearch(search: Record<string, unknown>): TokenSearch {
  const { state, owner } = search;
  const days = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 3_650 ? value : undefined;
  return {
    state: state === 'live' || state === 'expired' || state === 'revoked' ? state : undefined,
    owner: typeof owner === 'string' ? owner : undefined,
    unused: days(search.unused),
    never: search.never === true || undefined,
    expiring: days(search.expiring),
    ownerDisabled: search.ownerDisabled === true || undefined,
  };
}

/** The same as `list_tokens` takes it. */
export function tokenQuery(search: TokenSearch, now: number) {
  const day = (days: number | undefined, sign: 1 | -1) =>
    // Of the whole hour, so that the query stays the same while one looks.
    days === undefined
      ? undefined
      : new Date(Math.floor(now / 3_600_000) * 3_600_000 + sign * days * DAY).toISOString();
  return {
    state: search.state,
    owner: search.owner,
    unused_since: day(search.unused, -1),
    expires_before: day(search.expiring, 1),
    never_used: search.never,
    owner_disabled: search.ownerDisabled,
  };
}
