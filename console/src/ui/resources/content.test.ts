import { expect, it } from 'vitest';
import { variablesOf } from './content';

it.each([
  ['docs://handbook', []],
  ['crm://contacts/{id}', ['id']],
  ['crm://contacts/{id}/notes{?limit,offset}', ['id', 'limit', 'offset']],
  ['x://{a}/{a}/{}', ['a']],
])('%s', (template, names) => expect(variablesOf(template)).toEqual(names));
