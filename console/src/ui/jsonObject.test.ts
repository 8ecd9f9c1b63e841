import { describe, expect, it } from 'vitest';
import { jsonObject } from './jsonObject';

describe('jsonObject', () => {
  it('takes objects alone', () => {
    expect(jsonObject('{"a": [1]}')).toEqual({ a: [1] });
    for (const text of ['', '[]', 'null', '1', '"{}"', '{a: 1}']) expect(jsonObject(text)).toBeUndefined();
  });
});
