// What the server says when it refuses a request.
import type { components } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

/** An answer that is not a success, with what the server says about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }

  /** The server's message for a field, such as `/name` or `body.name`. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((e) => e.field.split(/[./]/).filter(Boolean).at(-1) === name)?.message;
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

export function asProblem(error: unknown, response: Response): Problem {
  if (typeof error === 'object' && error !== null && 'detail' in error) return error as Problem;
  return {
    act: 'retry',
    code: 'unreadable',
    detail: `The server answered ${response.status} ${response.statusText}.`,
    request: response.headers.get('X-Request-Id') ?? '',
    status: response.status,
    title: response.statusText,
    type: 'urn:adtally:problem:unreadable',
  };
}
