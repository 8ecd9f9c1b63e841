import { expect, it } from 'vitest';
import { hasNull, mergePatch, same } from './mergePatch';

it.each([
  [{}, {}, {}],
  [{ a: 1 }, { a: 1 }, {}],
  [{ a: 1 }, { a: 2 }, { a: 2 }],
  [{ a: 1 }, {}, { a: null }],
  [{ a: 1 }, { a: undefined }, { a: null }],
  [{}, { a: undefined }, {}],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1, d: 3 } }, { a: { c: null, d: 3 } }],
  [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
  [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
  [{ a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
])('what makes of %j %j', (before, after, patch) => expect(mergePatch(before, after)).toEqual(patch));

it('does not mind the order of members', () => {
  expect(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({}, [])).toBe(false);
});

it('finds what a merge patch cannot set', () => {
  expect(hasNull({ a: { b: null } })).toBe(true);
  // A list is replaced whole.
  expect(hasNull({ a: [null] })).toBe(false);
});
