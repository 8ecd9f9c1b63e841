/** A part of time as the URL has it: up to now, or from a moment to another. */
export interface Timeframe {
  frame?: Frame;
  /** RFC 3339, in UTC. */
  from?: string;
  to?: string;
}

export type Frame = keyof typeof LENGTHS;

const HOUR = 3_600_000;
const LENGTHS = { '1h': HOUR, '24h': 24 * HOUR, '7d': 7 * 24 * HOUR, '30d': 30 * 24 * HOUR } as const;

export const FRAMES: Frame[] = ['1h', '24h', '7d', '30d'];

/** Reads what a URL says; what is none of a time is left out. */
export function timeframeSearch(search: Record<string, unknown>): Timeframe {
  const frame = FRAMES.find((name) => name === search.frame);
  if (frame) return { frame, from: undefined, to: undefined };
  return { frame: undefined, from: moment(search.from), to: moment(search.to) };
}

/** The same for the API. */
export function boundsOf({ frame, from, to }: Timeframe, now: number): { from?: string; to?: string } {
  if (frame) return { from: new Date(now - LENGTHS[frame]).toISOString(), to: undefined };
  return { from, to };
}

/** A moment as a `datetime-local` input has it: the time of this place, without an offset. */
export function localTime(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function moment(value: unknown): string | undefined {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return undefined;
  return new Date(value).toISOString();
}
