import { expect, test } from 'vitest';
import { boundsOf, timeframeSearch } from './timeframe';

const NOW = Date.parse('2026-11-27T12:00:00Z');

test('a frame ends now, and goes before a from', () => {
  const read = timeframeSearch({ frame: '24h', from: '2026-01-01T00:00:00Z' });
  expect(boundsOf(read, NOW)).toEqual({ from: '2026-11-26T12:00:00.000Z', to: undefined });
});

test('moments are brought to UTC', () => {
  const read = timeframeSearch({ from: '2026-11-27T02:00:00+02:00', to: 'tomorrow' });
  expect(boundsOf(read, NOW)).toEqual({ from: '2026-11-27T00:00:00.000Z', to: undefined });
});

test('nothing is any time', () => {
  expect(boundsOf(timeframeSearch({ frame: '2y' }), NOW)).toEqual({ from: undefined, to: undefined });
});
