import { describe, expect, it } from 'vitest';
import { type JsonObject, jsonObject, mergePatch } from './jsonObject';

const object = (text: string): JsonObject => {
  const value = jsonObject(text);
  if (!value) throw new Error(`${text} is no object`);
  return value;
};

describe('jsonObject', () => {
  it('takes objects alone', () => {
    expect(jsonObject('{"a": [1]}')).toEqual({ a: [1] });
    for (const text of ['', '[]', 'null', '1', '"{}"', '{a: 1}']) expect(jsonObject(text)).toBeUndefined();
  });
});

describe('mergePatch', () => {
  it('names what is gone, at every depth', () => {
    const before = object('{"plan": "pro", "seats": {"a": 1, "b": 2}, "tags": [1, 2]}');
    const after = object('{"seats": {"a": 1, "c": {"d": 3}}, "tags": [1]}');
    expect(mergePatch(before, after)).toEqual({
      plan: null,
      seats: { a: 1, b: null, c: { d: 3 } },
      tags: [1],
    });
  });

  it('replaces what was no object', () => {
    expect(mergePatch(object('{"a": [1], "b": {"x": 1}}'), object('{"a": {"x": 1}, "b": 2}'))).toEqual({
      a: { x: 1 },
      b: 2,
    });
  });
});
