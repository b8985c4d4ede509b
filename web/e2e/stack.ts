// A service and a simulator on free ports, with a browser, in a folder of their own.
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api';
import { Browser } from './browser';
import { Program } from './program';
import { Sim } from './sim';
import { until } from './until';

export const maja = { name: 'Maja Lindqvist', email: 'maja@halden.example', password: 'correct horse battery' };

type Options = {
  /** The simulated accounts. */
  size?: string;
  sim?: string[];
  /** How many days ago the simulator's clock and the service's begin. */
  daysAgo?: number;
  /** A browser that others use too; otherwise the stack has one of its own. */
  browser?: Browser;
  /** Whether the first admin and the Meta app are set up already; otherwise the test does it. */
  ready?: boolean;
};

// The stack of world.ts lives until the process ends.
const folders = new Set<string>();
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export class Stack {
  api!: Api;
  browser!: Browser;
  sim!: Sim;
  service!: Program;
  url = '';
  /** The code of the first set-up. */
  code = '';
  #shared = false;
  #folder = '';
  #args: string[] = [];

  static async start(options: Options = {}): Promise<Stack> {
    const stack = new Stack();
    try {
      await stack.#begin(options);
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  async #begin({
    size = 'accounts=3,ads=4,days=60,seed=3',
    sim = [],
    daysAgo = 0,
    ready = true,
    browser: shared,
  }: Options) {
    this.#folder = await mkdtemp(join(tmpdir(), 'adtally-e2e-'));
    folders.add(this.#folder);
    const browser = shared ?? Browser.launch();
    this.#shared = !!shared;
    this.sim = await Sim.start('--synthetic', size, ...sim);
    if (daysAgo) await this.sim.pass(-daysAgo);
    const at = this.sim.is.url;
    this.#args = ['serve', '--data', join(this.#folder, 'data'), '--graph-url', at, '--login-url', at];
    if (daysAgo) this.#args.push('--sim-clock', at);
    this.browser = await browser;
    await this.serve('127.0.0.1:0');
    this.code = (await this.service.line(/first admin: /)).split(' ').at(-1)!;
    if (ready) await this.#setUp();
  }

  /** Starts the service, on the address that it had before if it was stopped. */
  async serve(listen = new URL(this.url).host): Promise<void> {
    this.service = new Program([...this.#args, '--listen', listen]);
    this.url = /http\S+?(?=;)/.exec(await this.service.line(/^Adtally is at/))![0];
    this.api ??= new Api(this.url);
  }

  async #setUp() {
    await this.api.call('POST', '/setup', { ...maja, code: this.code });
    const { app_id: id, app_secret: secret } = this.sim.is;
    await this.api.edit('PUT', '/catalog/facebookads/app', { id, secret });
  }

  /** Connects a source by the API and waits for its first sync. */
  async connected(more: Record<string, unknown> = {}, wait = true): Promise<string> {
    const { id } = await this.api.call<{ id: string }>('POST', '/sources', {
      connector: 'facebookads',
      token: this.sim.is.token,
      all_accounts: true,
      tables: ['basic_account', 'basic_ad'],
      since: new Date((await this.sim.now()).getTime() - 40 * 86_400_000).toISOString().slice(0, 10),
      ...more,
    });
    if (wait) await this.synced(id);
    return id;
  }

  /** Waits until a source has been synced and nothing runs. */
  synced(id: string, ms = 30_000): Promise<unknown> {
    return until(
      `${id} is synced`,
      async () => {
        const [source, runs] = [await this.api.source(id), await this.api.runs(id)];
        return source.last_good && !source.fault && runs.length && runs.every((r) => r.ended);
      },
      ms,
    );
  }

  async stop(): Promise<void> {
    if (!this.#shared) await this.browser?.close();
    await Promise.all([this.service?.stop(), this.sim?.program.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
    folders.delete(this.#folder);
  }
}
