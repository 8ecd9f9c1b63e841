import { expect, test } from 'vitest';
import { inkOn } from './ink';

test.each([
  ['#ffffff', '#000000'],
  ['#000000', '#ffffff'],
  ['#ffd43b', '#000000'],
  ['#0b7285', '#ffffff'],
])('on %s', (color, ink) => {
  expect(inkOn(color)).toBe(ink);
});
