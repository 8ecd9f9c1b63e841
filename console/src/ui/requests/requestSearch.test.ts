import { expect, test } from 'vitest';
import { filtersOf, requestSearch } from './requestSearch';

test('what a URL says wrongly is left out, and the rest stays', () => {
  const search = requestSearch({
    outcome: 'great',
    principal: 'somebody',
    test: 'yes',
    tool: 'list_books',
    live: true,
    part: 'curl',
    frame: '1h',
  });
  expect(search).toEqual({ tool: 'list_books', live: true, part: 'curl', frame: '1h' });
  expect(filtersOf(search)).toEqual({ tool: 'list_books', frame: '1h' });
});

test('callers are tokens and users', () => {
  const principal = `tok_${'0'.repeat(32)}`;
  expect(requestSearch({ principal }).principal).toBe(principal);
});
