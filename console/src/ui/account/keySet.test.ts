import { expect, test } from 'vitest';
import { readKeySet } from './keySet';

test('an object is read as it is', () => {
  expect(readKeySet('{"keys":[{"kty":"EC"}]}')).toEqual({ keys: [{ kty: 'EC' }] });
});

test.each(['', '{', '[]', 'null', '"keys"'])('no key set: %s', (text) => {
  expect(readKeySet(text)).toBeUndefined();
});
