// The ad accounts that a token can see, as the server finds them.
import { readLines, type Schemas } from '../api/client';
import { Action } from './action.svelte';

export type VisibleAccount = Schemas['VisibleAccount'];
type Line = Schemas['VisibleAccountLine'];
export type Origin = { token?: string; login?: string; source?: string };

export class VisibleAccounts {
  all = $state.raw<VisibleAccount[]>([]);
  expected = $state<number | undefined>();
  complete = $state(false);
  fault = $state.raw<Schemas['LineFault'] | undefined>();
  action = new Action();
  #places = new Map<string, number>();
  #abort: AbortController | undefined;

  async load(connector: string, origin: Origin): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.all = [];
    this.#places.clear();
    this.complete = false;
    this.fault = undefined;
    let waiting: VisibleAccount[] = [];
    const show = () => {
      if (waiting.length) this.all = this.#with(waiting);
      waiting = [];
    };
    // Accounts arrive by the hundred; the page shows them ten times a second.
    const timer = setInterval(show, 100);
    await this.action.run(() =>
      readLines<Line>(
        `/api/v1/catalog/${encodeURIComponent(connector)}/visible-accounts`,
        origin,
        (line) => {
          if (line.account) waiting.push(line.account);
          if (line.expected !== undefined) this.expected = line.expected;
          if (line.fault) this.fault = line.fault;
          if (line.done) this.complete = true;
        },
        abort.signal,
      ),
    );
    clearInterval(timer);
    show();
  }

  stop(): void {
    this.#abort?.abort();
  }

  // A later line for the same account replaces the earlier one in its place.
  #with(more: VisibleAccount[]): VisibleAccount[] {
    const all = [...this.all];
    for (const a of more) {
      const at = this.#places.get(a.id);
      if (at === undefined) this.#places.set(a.id, all.push(a) - 1);
      else all[at] = a;
    }
    return all;
  }
}
