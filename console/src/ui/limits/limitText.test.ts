import { describe, expect, test } from 'vitest';
import { countsServer, targetText } from './limitText';

const nameOf = (id: string) => (id === 'srv_1' ? 'Bookshop' : id);

describe('targetText', () => {
  test.each([
    [{ kind: 'account' as const }, 'the account'],
    [{ kind: 'server' as const, server: 'srv_1' }, 'Bookshop'],
    [{ kind: 'server' as const }, 'each server'],
    [{ kind: 'tool' as const, server: 'srv_1', tool: 'buy' }, 'tool buy of Bookshop'],
    [{ kind: 'tool' as const, server: 'srv_1', tool: null }, 'each tool of Bookshop'],
    [{ kind: 'tool' as const, tool: 'buy' }, 'tool buy'],
    [{ kind: 'user' as const, user: null }, 'each user'],
  ])('%j', (target, expected) => expect(targetText(target, nameOf)).toBe(expected));
});

test('a limit of each server counts one too, a limit of another does not', () => {
  expect(countsServer({ kind: 'server' }, 'srv_1')).toBe(true);
  expect(countsServer({ kind: 'tool', server: 'srv_1' }, 'srv_1')).toBe(true);
  expect(countsServer({ kind: 'tool', server: 'srv_2' }, 'srv_1')).toBe(false);
  expect(countsServer({ kind: 'account' }, 'srv_1')).toBe(false);
});
