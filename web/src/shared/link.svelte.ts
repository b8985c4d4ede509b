// A share link as its holder has it: what it shows, and until when. Everything that was read is dropped as soon as
// the link may not show it any more, or nobody can say whether it may.
import type { Schemas } from '../api/problem';
import { Call, ends, Refused } from './call';

export type SharedBoard = Schemas['SharedDashboard'];

/** How long a page shows figures while the server cannot be asked whether it still may. */
const unheard = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class SharedLink {
  stage = $state<'loading' | 'shown' | 'password' | 'gone' | 'lost' | 'failed'>('loading');
  board = $state.raw<SharedBoard | undefined>();
  error = $state.raw<unknown>();
  #call: Call;
  /** When the server last said that the link shows something. */
  #heard = 0;
  #watch = new AbortController();
  #looking = false;

  constructor(path: string) {
    this.#call = new Call(path);
  }

  /** Shows the dashboard, or says why not. */
  async open(): Promise<void> {
    this.empty();
    await this.#look();
  }

  /** Drops everything that was read. */
  empty(stage: 'loading' | 'lost' = 'loading'): void {
    this.#watch.abort();
    this.#watch = new AbortController();
    this.board = undefined;
    this.error = undefined;
    this.stage = stage;
  }

  /** Empties a page that has heard nothing for long, and shows it again when the server answers. */
  check = (): void => {
    if (this.stage === 'shown' && Date.now() - this.#heard > unheard) this.empty('lost');
    if (this.stage === 'lost' && !this.#looking) void this.#look();
  };

  async unlock(password: string): Promise<void> {
    const { session } = await this.#call.json<Schemas['SharedSession']>('/session', { password });
    this.#call.session = session;
    await this.open();
  }

  /** Reads what a tile or a filter shows. */
  async read<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return (await this.#sent(path, body, signal)).json() as Promise<T>;
  }

  async file(path: string, body: unknown): Promise<Blob> {
    return (await this.#sent(path, body, undefined)).blob();
  }

  /** Sends a request of a page that is open. If the link has changed meanwhile, the page begins again. */
  async #sent(path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await this.#call.send(path, body, signal);
    } catch (error) {
      if (!signal?.aborted && ends(error)) void this.open();
      throw error;
    }
  }

  async #look(): Promise<void> {
    const { signal } = this.#watch;
    this.#looking = true;
    try {
      const board = await this.#call.json<SharedBoard>('/dashboard', undefined, signal);
      if (!signal.aborted) this.#show(board, signal);
    } catch (error) {
      const open = this.stage === 'shown' || this.stage === 'lost';
      if (!signal.aborted && (!open || ends(error))) this.#end(error);
    } finally {
      this.#looking = false;
    }
  }

  #show(board: SharedBoard, signal: AbortSignal): void {
    this.#heard = Date.now();
    // The same version keeps its figures.
    if (JSON.stringify(board) !== JSON.stringify(this.board)) this.board = board;
    if (this.stage === 'shown') return;
    this.stage = 'shown';
    void this.#listen(signal);
  }

  #end(error: unknown): void {
    this.empty();
    this.error = error;
    const status = error instanceof Refused ? error.status : 0;
    if (status === 401) this.#call.session = '';
    this.stage = status === 401 ? 'password' : status === 404 || status === 410 ? 'gone' : 'failed';
  }

  /** Follows the link's events. It can have changed while nobody listened, so it is read again after each break. */
  async #listen(signal: AbortSignal): Promise<void> {
    for (let first = true; !signal.aborted; first = false) {
      try {
        const events = await this.#call.send('/events', undefined, signal);
        this.#heard = Date.now();
        if (!first) await this.#look();
        if (await this.#gone(events)) return await this.open();
      } catch (error) {
        if (!signal.aborted && ends(error)) return await this.open();
      }
      await pause(1_000);
    }
  }

  /** Reads events until the stream ends, and reports whether the link has changed. */
  async #gone(events: Response): Promise<boolean> {
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return false;
      this.#heard = Date.now();
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      if (lines.includes('event: gone')) return true;
    }
  }
}
