import { expect, test } from 'vitest';
import { tokenQuery, tokenSearch } from './tokenSearch';

test('what a URL says that is no filter is left out', () => {
  expect(tokenSearch({ state: 'gone', owner: 7, unused: -3, expiring: 1.5, never: 'yes' })).toEqual({});
});

test('days become moments of a whole hour', () => {
  const now = Date.parse('2026-11-27T12:34:56Z');
  const { unused_since, expires_before } = tokenQuery({ unused: 30, expiring: 7 }, now);
  expect([unused_since, expires_before]).toEqual(['2026-10-28T12:00:00.000Z', '2026-12-04T12:00:00.000Z']);
});
