// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { onTop, type Row } from './useLog';

const row = (id: string) => ({ id }) as Row;
const ids = (pages: { items: Row[] }[]) => pages.map((page) => page.items.map(({ id }) => id));

test('new rows come on top of the first page, none twice', () => {
  const before = {
    pages: [{ items: [row('2'), row('1')], next: 'x' }, { items: [row('0')] }],
    pageParams: [],
  };
  expect(ids(onTop(before, [row('3'), row('2')]).pages)).toEqual([['3', '2', '1'], ['0']]);
});
