import { Text, type TextProps, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { common } from '#texts/common';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 min. ago"; the exact time when pointed at. */
export function When({ at, ...props }: { at: string | undefined | null } & TextProps) {
  const now = useNow(30_000);
  if (!at)
    return (
      <Text span inherit c="dimmed" {...props}>
        {common.never}
      </Text>
    );
  const date = new Date(at);
  return (
    <Tooltip label={date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'long' })}>
      <Text span inherit {...props}>
        <time dateTime={at}>{relative(date.getTime(), now)}</time>
      </Text>
    </Tooltip>
  );
}

export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) > 30 * 86_400) return new Date(at).toLocaleDateString('en', { dateStyle: 'medium' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.trunc(seconds / length), unit);
  }
  return Math.abs(seconds) < 10 ? 'now' : RELATIVE.format(seconds, 'second');
}

/** The time, read anew each `every` milliseconds. */
function useNow(every: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** `1.2 MB`, in powers of ten. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

/** `12.3 ms`, from microseconds. */
export function duration(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 100_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

/** `12,345`. */
export function count(number: number): string {
  return number.toLocaleString('en');
}
