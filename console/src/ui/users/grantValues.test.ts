import { expect, test } from 'vitest';
import { grantScopes, grantValues } from './grantValues';

test('scopes become what is ticked, and the same scopes again', () => {
  const scopes = ['mcp:read', 'tool:list_books', 'tool:tool'];
  expect(grantValues(scopes)).toEqual({ read: true, write: false, tools: ['list_books', 'tool'] });
  expect(grantScopes(grantValues(scopes))).toEqual(scopes);
});
