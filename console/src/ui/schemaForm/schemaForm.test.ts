import { describe, expect, it } from 'vitest';
import { draw, FIELDS_MAX } from './drawing';
import { resolve } from './schema';
import { validator } from './validator';

const AS_JSON = { 'ui:field': 'json', 'ui:fieldReplacesAnyOrOneOf': true };

function ui(schema: Record<string, unknown>) {
  const drawing = draw(schema);
  if ('reason' in drawing) throw new Error(drawing.reason);
  return drawing.ui;
}

function uiOf(property: unknown, rest: Record<string, unknown> = {}) {
  return ui({ type: 'object', properties: { it: property }, ...rest }).it;
}

describe('how a schema is drawn', () => {
  it.each([
    ['no type', {}],
    ['anything', true],
    ['several types', { type: ['string', 'integer'] }],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }] }],
    ['a list of anything', { type: 'array' }],
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a choice of objects', { oneOf: [{ type: 'object' }, { type: 'string' }] }],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['a reference to nothing', { $ref: '#/$defs/gone' }],
    ['constants that are lists', { enum: [[1], [2]] }],
  ])('%s is one field of JSON', (_name, property) => expect(uiOf(property)).toEqual(AS_JSON));

  it('ends at a cycle', () => {
    const $defs = {
      node: { type: 'object', properties: { name: { type: 'string' }, parent: { $ref: '#/$defs/node' } } },
    };
    expect(uiOf({ $ref: '#/$defs/node' }, { $defs })).toEqual({ name: {}, parent: AS_JSON });
    expect(ui({ type: 'object', properties: { me: { $ref: '#' } } }).me).toEqual({ me: AS_JSON });
  });

  it('shows a default where nothing is written', () => {
    expect(uiOf({ type: 'integer', default: 20 })).toEqual({
      'ui:clampBehavior': 'none',
      'ui:placeholder': '20',
    });
  });

  it('lets an optional yes or no be not given, and a required one not', () => {
    expect(uiOf({ type: 'boolean' })).toEqual({ 'ui:widget': 'select', 'ui:clearable': true });
    expect(uiOf({ type: 'boolean' }, { required: ['it'] })).toEqual({
      'ui:widget': 'select',
      'ui:clearable': false,
    });
  });

  it('says of a choice what its schema says', () => {
    expect(uiOf({ enum: ['a', 'b'], description: 'One of two.' })).toEqual({
      'ui:clearable': true,
      'ui:description': 'One of two.',
    });
  });

  it('refuses what is no object, or has too many fields', () => {
    expect(draw({ type: 'array' })).toEqual({ reason: 'noObject' });
    const names = Array.from({ length: FIELDS_MAX + 1 }, (_, index) => [`f${index}`, { type: 'string' }]);
    expect(draw({ type: 'object', properties: Object.fromEntries(names) })).toEqual({ reason: 'tooLarge' });
  });
});

describe('a reference', () => {
  it.each([
    ['#', { $defs: { 'a/b': { type: 'null' } } }],
    ['#/$defs/a~1b', { type: 'null' }],
    ['#/$defs/constructor', undefined],
    ['other.json', undefined],
    ['#/%', undefined],
  ])('%s', (reference, expected) =>
    expect(resolve({ $defs: { 'a/b': { type: 'null' } } }, reference)).toEqual(expected),
  );
});

describe('the validator', () => {
  const schema = {
    type: 'object' as const,
    required: ['title'],
    properties: {
      title: { type: 'string' as const },
      pages: { type: 'integer' as const, minimum: 1 },
      author: { type: 'object' as const, properties: { 'first.name': { type: 'string' as const } } },
    },
  };
  const errorsOf = (values: Record<string, unknown>) =>
    validator.validateFormData(values, schema).errorSchema;

  it('says what is wrong where it is', () => {
    expect(errorsOf({ pages: 0 })).toEqual({
      title: { __errors: ['It is required.'] },
      pages: { __errors: ['0 is less than 1.'] },
    });
    const wrong = errorsOf({ title: 'Emma', author: { 'first.name': 7 } });
    expect(wrong).toEqual({
      author: { 'first.name': { __errors: ['It type "number" is invalid. Expected "string".'] } },
    });
  });

  it('lets pass what fits, and leaves a schema that is none to the server', () => {
    expect(errorsOf({ title: 'Emma', pages: 3 })).toEqual({});
    const broken = { type: 'object' as const, properties: { it: { type: 'string' as const, pattern: '(' } } };
    expect(validator.validateFormData({ it: 'x' }, broken).errors).toEqual([]);
  });
});
