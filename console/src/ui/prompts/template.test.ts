import { expect, it } from 'vitest';
import { fill, parse } from './template';

const values = { a: '<a>', 'b.c': '{{a}}' };

// The cases of the server's own test (crates/model/src/template.rs).
it.each([
  ['', ''],
  ['plain { } }} text', 'plain { } }} text'],
  ['{{a}}', '<a>'],
  ['{{ a }}-{{b.c}}{{a}}', '<a>-{{a}}<a>'],
  ['{{{{a}}', '{{a}}'],
  ['{{{{{{a}}', '{{<a>'],
  ['é{{a}}é', 'é<a>é'],
  ['{{gone}}{{constructor}}', ''],
])('%j is filled in', (text, filled) => {
  const pieces = parse(text);
  if (!Array.isArray(pieces)) throw new Error(pieces.fault);
  expect(fill(pieces, values)).toBe(filled);
});

it.each([
  ['é{{a', { fault: 'open' }],
  ['{{}}', { fault: 'name', inside: '' }],
  ['{{a b}}', { fault: 'name', inside: 'a b' }],
  ['{{#if a}}', { fault: 'name', inside: '#if a' }],
  ['{{{a}}}', { fault: 'name', inside: '{a' }],
  ['{{é}}', { fault: 'name', inside: 'é' }],
])('%j is no template', (text, fault) => expect(parse(text)).toEqual(fault));
