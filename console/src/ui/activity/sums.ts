import type { Schema } from '#api/client';

export type Usage = Schema<'Usage'>;
export type Sums = Pick<
  Usage,
  'calls' | 'failures' | 'refused' | 'over_soft_limit' | 'duration_ms' | 'bytes_in' | 'bytes_out'
>;

/** What a model reads as one token, about. */
const BYTES_A_TOKEN = 4;

const NOTHING: Sums = {
  calls: 0,
  failures: 0,
  refused: 0,
  over_soft_limit: 0,
  duration_ms: 0,
  bytes_in: 0,
  bytes_out: 0,
};

export function sumOf(rows: Sums[]): Sums {
  return rows.reduce<Sums>(
    (sum, row) => ({
      calls: sum.calls + row.calls,
      failures: sum.failures + row.failures,
      refused: sum.refused + row.refused,
      over_soft_limit: sum.over_soft_limit + row.over_soft_limit,
      duration_ms: sum.duration_ms + row.duration_ms,
      bytes_in: sum.bytes_in + row.bytes_in,
      bytes_out: sum.bytes_out + row.bytes_out,
    }),
    NOTHING,
  );
}

/** A row for each day, with nothing where nothing was called. */
export function eachDay(days: string[], rows: Usage[]): (Sums & { day: string })[] {
  const known = new Map(rows.map((row) => [row.day, row]));
  return days.map((day) => ({ ...NOTHING, ...known.get(day), day }));
}

/** In milliseconds; 0 without calls. */
export function meanTime({ calls, duration_ms }: Sums): number {
  return calls === 0 ? 0 : duration_ms / calls;
}

export function contextTokens({ bytes_out }: Sums): number {
  return Math.round(bytes_out / BYTES_A_TOKEN);
}

/** `12.5 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (part / whole) * 100;
  return `${share > 0 && share < 10 ? share.toFixed(1) : Math.round(share)} %`;
}
