import { describe, expect, it } from 'vitest';
import {
  argumentsOf,
  pathsOf,
  type Settings,
  unsettable,
  useOf,
  withRule,
  withSettings,
  withUse,
} from './settings';

describe('settings', () => {
  it('leave out what is empty, and keep what is a value', () => {
    expect(withSettings({ title: 'A' }, { title: '' })).toEqual({});
    expect(withSettings({}, { projection: [], pagination: null })).toEqual({});
    expect(withSettings({}, { annotations: { read_only: false } as Settings['annotations'] })).toEqual({
      annotations: { read_only: false },
    });
    expect(withRule({}, 'a', { fixed: false })).toEqual({ arguments: { a: { fixed: false } } });
    expect(withRule({}, 'a', { fixed: '' })).toEqual({ arguments: { a: { fixed: '' } } });
  });

  it('drop a rule that says nothing', () => {
    const settings = withRule({}, 'a', { rename: 'b' });
    expect(withRule(settings, 'a', { rename: '' })).toEqual({});
  });

  it('name what a merge patch cannot set', () => {
    expect(unsettable({}, withRule({}, 'a', { default: null }))).toEqual(['a']);
    expect(unsettable({}, withRule({}, 'a', { default: [null] }))).toEqual([]);
  });
});

describe('what callers have of an argument', () => {
  it.each([
    [{}, 'asIs'],
    [{ rename: 'b' }, 'asIs'],
    [{ default: null }, 'default'],
    [{ fixed: false }, 'fixed'],
    [{ hidden: true }, 'hidden'],
  ])('%j is %s', (rule, use) => expect(useOf(rule)).toBe(use));

  it('loses its name once nobody sees it', () => {
    expect(withUse({ rename: 'b', description: 'c' }, 'fixed', 1)).toEqual({ fixed: 1 });
    expect(withUse({ rename: 'b', fixed: 2 }, 'default', 1)).toEqual({ rename: 'b', default: 1 });
  });
});

it('keeps a rule in sight whose argument is gone', () => {
  const input = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const names = argumentsOf(input, withRule({}, 'old', { hidden: true }));
  expect(names.map(({ name, required, gone }) => [name, required, gone])).toEqual([
    ['a', true, false],
    ['old', false, true],
  ]);
});

it('names the fields of an answer', () => {
  const $defs = { user: { type: 'object', properties: { login: {}, boss: { $ref: '#/$defs/user' } } } };
  const items = { type: 'object', properties: { 'a.b': {}, owner: { $ref: '#/$defs/user' } } };
  const schema = {
    type: ['object', 'null'],
    properties: { items: { type: ['array', 'null'], items } },
    $defs,
  };
  expect(pathsOf(schema)).toEqual([
    'items',
    'items[].a\\.b',
    'items[].owner',
    'items[].owner.login',
    'items[].owner.boss',
  ]);
  expect(pathsOf({ type: 'array', items: { type: 'object', properties: { id: {} } } })).toEqual(['[].id']);
});
