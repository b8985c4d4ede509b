// The API's typed client. Types come from the OpenAPI document: `npm run types`.
import createClient, { type Middleware } from 'openapi-fetch';
import { connection } from '../lib/connection.svelte';
import { ApiError, asProblem, Unreachable } from './problem';
import type { paths } from './schema';

export { ApiError, Unreachable, type Problem, type Schemas } from './problem';

/** Called when a request was answered with 401. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

const watch: Middleware = {
  onResponse({ response, request }) {
    connection.restored();
    if (response.status === 401 && !new URL(request.url).pathname.endsWith('/session')) onSignedOut();
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    connection.lost();
    return new Unreachable('The server cannot be reached.');
  },
};

export const api = createClient<paths>({ baseUrl: '/' });
api.use(watch);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Returns the data of a successful answer and throws an ApiError otherwise. */
export async function get<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new ApiError(response.status, asProblem(error, response));
}

/** As get, with the revision that an edit must name in If-Match. */
export async function getWithRevision<T>(answer: Promise<Answer<T>>): Promise<{ value: T; revision: string }> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiError(response.status, asProblem(error, response));
  return { value: data as T, revision: response.headers.get('ETag') ?? '' };
}

/** Reads a JSON Lines stream: calls `each` with every line as it arrives. */
export async function readLines<T>(
  path: string,
  body: unknown,
  each: (line: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok || !response.body) {
    throw new ApiError(response.status, asProblem(await response.json().catch(() => null), response));
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? '';
    const lines = rest.split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.trim()) each(JSON.parse(line) as T);
    if (done) return;
  }
}
