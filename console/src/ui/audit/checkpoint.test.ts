import { expect, test } from 'vitest';
import { readCheckpoint } from './checkpoint';

const checkpoint = { at_ms: 1, chain: 'acc_0', hash: 'a', public_key: 'b', seq: 2, signature: 'c' };

test('a whole checkpoint is read', () => {
  expect(readCheckpoint(JSON.stringify(checkpoint))).toEqual(checkpoint);
});

test.each(['', 'not JSON', 'null', '[]', JSON.stringify({ ...checkpoint, seq: '2' })])(
  'no checkpoint: %s',
  (text) => {
    expect(readCheckpoint(text)).toBeUndefined();
  },
);
