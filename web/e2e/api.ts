// The API as a test calls it for what the story does not show in the browser.

export class Api {
  #cookie = '';
  constructor(readonly url: string) {}

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Cookie: this.#cookie, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const cookie = answer.headers.getSetCookie().at(-1);
    if (cookie) this.#cookie = cookie.split(';')[0]!;
    return answer;
  }

  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, revision?: string): Promise<T> {
    const answer = await this.send(method, `/api/v1${path}`, body, revision ? { 'If-Match': revision } : {});
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as T;
  }

  /** Uploads a CSV file, and loads it if it can be read in one way only. */
  async file(name: string, kind: string, text: string): Promise<string> {
    const answer = await fetch(`${this.url}/api/v1/files?${new URLSearchParams({ name, kind })}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv', Cookie: this.#cookie },
      body: text,
    });
    if (!answer.ok) throw new Error(`upload ${name}: ${answer.status} ${await answer.text()}`);
    const made = (await answer.json()) as { id: string; blocked?: unknown };
    if (!made.blocked) await this.call('POST', `/files/${made.id}/load`, {});
    return made.id;
  }

  /** An edit of what was just read, which nobody else changed. */
  async edit<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const { headers } = await this.send('GET', `/api/v1${path}`);
    return this.call<T>(method, path, body, headers.get('ETag') ?? '');
  }

  enter = (email: string, password: string) => this.call('POST', '/session', { email, password });

  source = (id: string) => this.call<Source>('GET', `/sources/${id}`);
  runs = async (source: string) => (await this.call<{ items: Run[] }>('GET', `/runs?source=${source}`)).items;
}

export type Source = {
  id: string;
  name: string;
  stage: string;
  last_good?: string;
  fault?: { code: string };
  failures: number;
};
export type Run = { id: string; state: string; ended?: string; rows: number; trigger: string };
