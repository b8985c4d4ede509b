// A simulator and a service on free ports, with a folder of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const program = resolve(process.env.ADTALLY_PROGRAM ?? '../bin/adtally');

export const admin = { name: 'Maja Lindqvist', email: 'maja@halden.example', password: 'correct horse battery' };

export type Simulator = { url: string; token: string; accounts: string[]; app_id: string; app_secret: string };

/** Starts the program and returns the lines that it prints. */
function start(...args: string[]): { child: ChildProcess; line: () => Promise<string> } {
  const env = { ...process.env, ADTALLY_PASSPHRASE: 'a passphrase for tests only' };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => {
    const next = await lines.next();
    if (next.done) throw new Error(`adtally ${args[0]} ended early`);
    return next.value as string;
  };
  return { child, line };
}

export class Stack {
  private cookie = '';
  private constructor(
    readonly url: string,
    readonly code: string,
    readonly sim: Simulator,
    private readonly folder: string,
    private readonly children: ChildProcess[],
  ) {}

  static async start(size: string): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), 'adtally-e2e-'));
    const simulator = start('sim', '--listen', '127.0.0.1:0', '--synthetic', size);
    const sim = JSON.parse(await simulator.line()) as Simulator;
    const at = ['--data', folder, '--listen', '127.0.0.1:0', '--graph-url', sim.url, '--login-url', sim.url];
    const service = start('serve', ...at);
    let url: string | undefined;
    let code: string | undefined;
    while (!url || !code) {
      const said = await service.line();
      url ??= /https?:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      code ??= /code to create the first admin: (\S+)/.exec(said)?.[1];
    }
    return new Stack(url, code, sim, folder, [simulator.child, service.child]);
  }

  async stop(): Promise<void> {
    const ended = this.children.map((c) => new Promise((done) => c.once('exit', done)));
    for (const child of this.children) child.kill();
    await Promise.all(ended);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls the API as the admin. */
  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, more = {}): Promise<T> {
    const headers = { 'Content-Type': 'application/json', Cookie: this.cookie, ...more };
    const answer = await fetch(this.url + path, { method, headers, body: body ? JSON.stringify(body) : undefined });
    const cookie = answer.headers.get('set-cookie');
    if (cookie) this.cookie = cookie.split(';')[0] ?? '';
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async setUp(): Promise<void> {
    await this.call('POST', '/api/v1/setup', { code: this.code, ...admin });
  }

  async setApp(): Promise<void> {
    const app = { id: this.sim.app_id, secret: this.sim.app_secret };
    await this.edit('PUT', '/api/v1/catalog/facebookads/app', app);
  }

  /** Changes or deletes an object: the API wants the revision that it was read with. */
  async edit(method: string, path: string, body?: unknown): Promise<void> {
    const shown = await fetch(this.url + path, { headers: { Cookie: this.cookie } });
    await this.call(method, path, body, { 'If-Match': shown.headers.get('etag') ?? '' });
  }

  /** Controls the simulator. */
  async simulate<T = unknown>(what: string, body: unknown): Promise<T> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.sim.url}/__sim/${what}`, { method: 'POST', body: text });
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

/** Waits until something is true. */
export async function until<T>(what: string, look: () => Promise<T | false | undefined>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
