import { describe, expect, test } from 'vitest';
import { daysOf } from './activitySearch';
import { contextTokens, eachDay, meanTime, percent, sumOf } from './sums';

const row = (changes: object) => ({
  calls: 0,
  failures: 0,
  refused: 0,
  over_soft_limit: 0,
  duration_ms: 0,
  bytes_in: 0,
  bytes_out: 0,
  ...changes,
});

test('days end today, in UTC', () => {
  expect(daysOf(7, Date.parse('2026-03-02T00:30:00Z'))).toEqual([
    '2026-02-24',
    '2026-02-25',
    '2026-02-26',
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ]);
});

test('days without calls are there', () => {
  const rows = eachDay(['2026-03-01', '2026-03-02'], [row({ day: '2026-03-02', calls: 5 })]);
  expect(rows.map(({ day, calls }) => [day, calls])).toEqual([
    ['2026-03-01', 0],
    ['2026-03-02', 5],
  ]);
});

test('a mean is of all calls, not of the means of days', () => {
  const sum = sumOf([row({ calls: 1, duration_ms: 100 }), row({ calls: 9, duration_ms: 0, bytes_out: 8 })]);
  expect([meanTime(sum), contextTokens(sum), meanTime(row({}))]).toEqual([10, 2, 0]);
});

describe('percent', () => {
  test.each([
    [0, 0, '0 %'],
    [1, 1000, '0.1 %'],
    [1, 8, '13 %'],
    [8, 8, '100 %'],
  ])('%d of %d', (part, whole, expected) => expect(percent(part, whole)).toBe(expected));
});
