import { describe, expect, it } from 'vitest';
import { listQuery, listSearch } from './listSearch';
import { SLUG, slugOf } from './slug';

describe('slugOf', () => {
  it.each([
    ['Support desk', 'support-desk'],
    ['  Köln & Übersee! ', 'koln-ubersee'],
    ['a__b', 'a__b'],
    ['日本', ''],
    [`${'x'.repeat(127)} y`, 'x'.repeat(127)],
  ])('of %j is %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    if (slug) expect(slug).toMatch(SLUG);
  });
});

describe('listSearch', () => {
  it('leaves out what it does not understand', () => {
    expect(listSearch({ q: ' ', sort: 'size', state: 'on', create: 'x' })).toEqual({ state: 'on' });
  });
  it('takes a number that was typed as a search for what it is', () => {
    expect(listSearch({ q: 42 }).q).toBe('42');
  });
  it('asks the API for deleted ones in the place of the others', () => {
    expect(listQuery({ state: 'deleted' })).toMatchObject({
      deleted: true,
      enabled: undefined,
      sort: 'name',
    });
    expect(listQuery({ state: 'off', sort: 'updated' })).toMatchObject({ enabled: false, sort: 'updated' });
  });
});
