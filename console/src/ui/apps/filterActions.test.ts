import { describe, expect, it } from 'vitest';
import { type ActionSummary, facets, filterActions, tokensOf } from './filterActions';

function action(name: string, method: string, more: Partial<ActionSummary> = {}): ActionSummary {
  return {
    name,
    method,
    path: `/${name}`,
    description: '',
    tags: [],
    deprecated: false,
    made: 'imported',
    revision: 1,
    tokens: 10,
    ...more,
  };
}

const actions = [
  action('list_books', 'GET', { tags: ['books'], description: 'Lists what the shop has' }),
  action('order_book', 'POST', { tags: ['orders', 'books'], title: 'Order a book', tokens: 25 }),
  action('ping', 'HEAD'),
];
const names = (filter: Parameters<typeof filterActions>[1]) =>
  filterActions(actions, filter).map(({ name }) => name);

describe('filterActions', () => {
  it('finds all words, in any case, wherever they are', () => {
    expect(names({ search: '' })).toEqual(['list_books', 'order_book', 'ping']);
    expect(names({ search: 'SHOP lists' })).toEqual(['list_books']);
    expect(names({ search: 'book order' })).toEqual(['order_book']);
    expect(names({ search: 'book nothing' })).toEqual([]);
  });

  it('takes a whole tag, a method, and safe methods', () => {
    expect(names({ tag: 'books' })).toEqual(['list_books', 'order_book']);
    expect(names({ tag: 'book' })).toEqual([]);
    expect(names({ method: 'POST' })).toEqual(['order_book']);
    expect(names({ readOnly: true })).toEqual(['list_books', 'ping']);
    expect(names({ readOnly: true, tag: 'orders' })).toEqual([]);
  });
});

describe('facets', () => {
  it('counts tags and methods', () => {
    expect(facets(actions)).toEqual({
      tags: [
        ['books', 2],
        ['orders', 1],
      ],
      methods: [
        ['GET', 1],
        ['HEAD', 1],
        ['POST', 1],
      ],
    });
  });
});

describe('tokensOf', () => {
  it('sums what is chosen alone', () => {
    expect(tokensOf(actions, new Set(['ping', 'order_book', 'gone']))).toBe(35);
  });
});
