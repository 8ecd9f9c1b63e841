import type { components } from './schema';

type ProblemDocument = components['schemas']['Problem'];

/** What the API answered in the place of what was asked for (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  /** Stable, for programs: `not_found`, `conflict`, … */
  readonly code: string;
  readonly title: string;
  /** The member of the request that it is about, by its path. */
  readonly field: string | undefined;

  constructor(document: Pick<ProblemDocument, 'status' | 'code' | 'title' | 'detail' | 'field'>) {
    super(document.detail);
    this.name = 'Problem';
    this.status = document.status;
    this.code = document.code;
    this.title = document.title;
    this.field = document.field;
  }
}

/** Reads the problem of an answer that is none of success. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body) {
    return new Problem(body as ProblemDocument);
  }
  // What stands between the browser and Gatewright has answered.
  const detail = `The answer has status ${status} and does not say why. Is a proxy in between?`;
  return new Problem({ status, code: 'unexpected_answer', title: 'Unexpected answer', detail });
}

/** Nobody has answered. */
export function unreachable(): Problem {
  const detail = 'Gatewright does not answer. Is it running, and is this machine online?';
  return new Problem({ status: 0, code: 'unreachable', title: 'No answer', detail });
}

/** Anything that was thrown, as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 0, code: 'console_fault', title: 'The console failed', detail });
}
