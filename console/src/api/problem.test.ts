import { expect, test } from 'vitest';
import { asProblem, type Problem, problemOf, unreachable } from './problem';

const check = (problem: Problem, status: number, code: string) =>
  expect([problem.status, problem.code]).toEqual([status, code]);

test('every error has a code', () => {
  const refused = {
    status: 409,
    code: 'over_budget',
    title: 'Conflict',
    detail: 'too many',
    field: 'token_budget',
  };
  check(problemOf(409, refused), 409, 'over_budget');
  expect(problemOf(409, refused).field).toBe('token_budget');
  check(problemOf(502, '<html>'), 502, 'unexpected_answer');
  check(problemOf(500, undefined), 500, 'unexpected_answer');
  check(asProblem(unreachable()), 0, 'unreachable');
  // A fault of the console does not read as one of the network.
  check(asProblem(new TypeError('x is undefined')), 0, 'console_fault');
  check(asProblem('text'), 0, 'console_fault');
});
