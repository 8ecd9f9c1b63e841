// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { ownPath } from './ownPath';

const check = (text: unknown, expected: string | undefined) =>
  expect(ownPath(text), String(text)).toBe(expected);

test('only paths of this host are gone on to', () => {
  check('/servers?search=a#b', '/servers?search=a#b');
  check('/', '/');
  for (const foreign of [
    '//evil.example',
    '/\\evil.example',
    '\\/evil',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    undefined,
    7,
    '/\t/evil.example',
  ]) {
    check(foreign, undefined);
  }
});
