import { type Timeframe, timeframeSearch } from '../timeframe';

/** What the audit log is narrowed to, and the row that is open, as the URL has it. */
export interface AuditSearch extends Timeframe {
  actor?: string;
  event?: string;
  object?: string;
  row?: string;
}

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const text = (value: unknown) =>
    typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
  return {
    ...timeframeSearch(search),
    actor: text(search.actor),
    event: text(search.event),
    object: text(search.object),
    row: text(search.row),
  };
}
