import { expect, it } from 'vitest';
import { each } from './each';

it('does all, and says how far it is', async () => {
  const acted: number[] = [];
  const steps: number[] = [];
  const items = Array.from({ length: 20 }, (_, index) => index);
  await each(
    items,
    async (item) => acted.push(item),
    (count) => steps.push(count),
  );
  expect(acted.toSorted((a, b) => a - b)).toEqual(items);
  expect(steps.at(-1)).toBe(20);
});

it('begins nothing more once one failed', async () => {
  let begun = 0;
  const act = async () => {
    begun += 1;
    throw new Error('refused');
  };
  await expect(each([1, 2, 3, 4, 5, 6, 7, 8, 9], act, () => {})).rejects.toThrow('refused');
  expect(begun).toBeLessThan(9);
});
