import { describe, expect, test } from 'vitest';
import { changesOf } from './changes';

describe('changesOf', () => {
  test('only what differs, however deep', () => {
    const before = { name: 'a', scope: { tools: 'all', read_only: false }, networks: ['10.0.0.0/8'] };
    const after = { name: 'a', scope: { tools: 'all', read_only: true }, networks: ['10.0.0.0/8', '::1'] };
    expect(changesOf(before, after)).toEqual([
      { path: 'scope.read_only', before: 'false', after: 'true' },
      { path: 'networks[1]', before: undefined, after: '"::1"' },
    ]);
  });

  test('a new object is all new, one that is gone all old', () => {
    expect(changesOf(undefined, { name: 'a' })).toEqual([{ path: 'name', before: undefined, after: '"a"' }]);
    expect(changesOf({ name: 'a' }, undefined)).toEqual([{ path: 'name', before: '"a"', after: undefined }]);
  });

  test('an empty list is a value, and null is not nothing', () => {
    expect(changesOf({ tags: [], end: null }, { tags: ['x'] })).toEqual([
      { path: 'tags', before: '[]', after: undefined },
      { path: 'end', before: 'null', after: undefined },
      { path: 'tags[0]', before: undefined, after: '"x"' },
    ]);
  });
});
