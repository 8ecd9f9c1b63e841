import { type Timeframe, timeframeSearch } from '../timeframe';

/** What a request log is narrowed to, as the URL has it. */
export interface RequestFilters extends Timeframe {
  server?: string;
  tool?: string;
  /** The id of a token or user. */
  principal?: string;
  client?: string;
  outcome?: Outcome;
  method?: string;
  /** Only tests, or none. */
  test?: boolean;
  text?: string;
}

/** The whole view: filters, whether new rows are followed, the row that is open and the part of it. */
export interface RequestSearch extends RequestFilters {
  live?: boolean;
  request?: string;
  part?: Part;
}

export type Outcome = (typeof OUTCOMES)[number];
export type Part = (typeof PARTS)[number];

export const OUTCOMES = ['ok', 'failed', 'tool_error', 'error'] as const;
export const PARTS = ['call', 'curl', 'replay'] as const;

export function requestSearch(search: Record<string, unknown>): RequestSearch {
  const text = (value: unknown) =>
    typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
  const principal = text(search.principal);
  return {
    ...timeframeSearch(search),
    server: text(search.server),
    tool: text(search.tool),
    principal: principal && /^(tok|usr)_[0-9a-f]{32}$/.test(principal) ? principal : undefined,
    client: text(search.client),
    outcome: OUTCOMES.find((outcome) => outcome === search.outcome),
    method: text(search.method),
    test: typeof search.test === 'boolean' ? search.test : undefined,
    text: text(search.text),
    live: search.live === true || undefined,
    request: text(search.request),
    part: PARTS.find((part) => part === search.part),
  };
}

/** The filters alone. */
export function filtersOf(search: RequestSearch): RequestFilters {
  const { live: _live, request: _request, part: _part, ...filters } = search;
  return filters;
}
