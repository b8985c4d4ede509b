// Requests under a share link. Its token is in the address of the page and in a header, and nowhere else.
import { ApiError, asProblem, Unreachable, type Schemas } from '../api/problem';

/** A refusal of the server. */
export class Refused extends ApiError {
  constructor(
    status: number,
    problem: Schemas['Problem'],
    /** Seconds until it can be tried again; undefined: the server does not say. */
    readonly after: number | undefined,
  ) {
    super(status, problem);
  }
}

/** Whether an error says that the link shows nothing, at least without its password. */
export const ends = (error: unknown) => error instanceof Refused && [401, 404, 410].includes(error.status);

// The secret that stands for the password. An embedded page may have no storage: then the password is asked for
// again after a reload.
const name = 'share-session';
function stored(): string {
  try {
    return sessionStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}
function store(secret: string): void {
  try {
    if (secret) sessionStorage.setItem(name, secret);
    else sessionStorage.removeItem(name);
  } catch {
    return;
  }
}

export class Call {
  #token: string;
  #session = stored();

  constructor(path: string) {
    this.#token = path.split('/')[2] ?? '';
  }

  set session(secret: string) {
    this.#session = secret;
    store(secret);
  }

  async send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Authorization: `Share ${this.#token}` };
    if (this.#session) headers['Share-Session'] = this.#session;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const answer = await fetch(`/s/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'omit',
      cache: 'no-store',
    }).catch((error: unknown) => {
      throw signal?.aborted ? error : new Unreachable('The server cannot be reached.');
    });
    if (answer.ok) return answer;
    const after = Number(answer.headers.get('Retry-After') ?? Number.NaN);
    const problem = asProblem(await answer.json().catch(() => null), answer);
    throw new Refused(answer.status, problem, Number.isNaN(after) ? undefined : after);
  }

  async json<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return (await (await this.send(path, body, signal)).json()) as T;
  }
}
