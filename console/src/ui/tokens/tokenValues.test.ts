import { describe, expect, test } from 'vitest';
import { localTime } from '../timeframe';
import { faultsOf, newToken, settingsOf, valuesOf } from './tokenValues';

const NOW = new Date('2026-11-27T12:00:00Z');

describe('settingsOf', () => {
  test('a life is counted from now', () => {
    expect(settingsOf({ ...newToken('account'), expiry: '4h' }, NOW).expires_at).toBe(
      '2026-11-27T16:00:00.000Z',
    );
  });

  test('what never expires is not purged', () => {
    const { expires_at, purge } = settingsOf({ ...newToken('account'), expiry: 'never', purge: true }, NOW);
    expect([expires_at, purge]).toEqual([null, false]);
  });

  test('a token without servers names none, and no tools', () => {
    const values = { ...newToken('account'), servers: 'none' as const, tools: 'chosen' as const };
    expect(settingsOf(values, NOW).scope).toEqual({ servers: { only: [] }, tools: 'all', read_only: false });
  });
});

test('values of a token become the same token', () => {
  const settings = {
    name: 'agent',
    description: 'of the shop',
    expires_at: '2026-12-01T10:30:00.000Z',
    purge: true,
    scope: { servers: { only: ['srv_1'] }, tools: { only: ['list_books'] }, read_only: true },
    networks: ['10.0.0.0/8'],
    permissions: ['requests:read' as const],
    allow_in_url: false,
  };
  const token = {
    ...settings,
    id: 'tok_1',
    hint: 'gwt_abcd',
    state: 'live' as const,
    created_at: '2026-11-01T00:00:00Z',
    created_by: 'operator',
    revision: 3,
  };
  expect(settingsOf(valuesOf(token), NOW)).toEqual(settings);
});

describe('faultsOf', () => {
  const valid = { ...newToken('account'), name: 'agent' };
  const check = (changes: Partial<typeof valid>, expected: string[]) =>
    expect(Object.keys(faultsOf({ ...valid, ...changes }, NOW))).toEqual(expected);

  test('nothing is wrong with a name and a life', () => check({}, []));
  test('a name of spaces', () => check({ name: '  ' }, ['name']));
  test('no date', () => check({ expiry: 'date' }, ['date']));
  test('a date that has passed', () =>
    check({ expiry: 'date', date: localTime(new Date('2026-11-27T11:59:00Z')) }, ['date']));
  test('a date to come', () =>
    check({ expiry: 'date', date: localTime(new Date('2026-11-27T12:01:00Z')) }, []));
  test('servers to be chosen', () => check({ servers: 'chosen' }, ['chosenServers']));
  test('permissions in a URL', () =>
    check({ allowInUrl: true, permissions: ['requests:read'] }, ['allowInUrl']));
});
