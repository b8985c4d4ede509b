// The checks of a token, shown one by one as the server finishes them. Nothing is stored.
import { readLines, type Schemas } from '../api/client';
import { Action } from './action.svelte';

type Check = Schemas['TokenCheck'];
type CheckLine = Schemas['TokenCheckLine'];
export type TokenOrigin = { token?: string; login?: string; from_source?: string };

export class Checks {
  names = $state.raw<string[]>([]);
  done = $state.raw<Check[]>([]);
  findings = $state.raw<Schemas['Findings'] | undefined>();
  fault = $state.raw<Schemas['LineFault'] | undefined>();
  action = new Action();
  #abort: AbortController | undefined;

  get running(): boolean {
    return this.action.busy;
  }

  get failed(): boolean {
    return !!this.fault || !!this.action.error || this.done.some((c) => c.result === 'fail');
  }

  /** The token works, but sees other accounts than the source reads. */
  get asks(): boolean {
    return !this.failed && this.done.some((c) => c.result === 'ask');
  }

  get passed(): boolean {
    return !!this.findings && !this.failed && !this.asks;
  }

  async run(path: string, origin: TokenOrigin): Promise<void> {
    this.reset();
    const abort = new AbortController();
    this.#abort = abort;
    await this.action.run(() =>
      readLines<CheckLine>(
        path,
        origin,
        (line) => {
          if (line.checks) this.names = line.checks;
          if (line.check) this.done = [...this.done, line.check];
          if (line.findings) this.findings = line.findings;
          if (line.fault) this.fault = line.fault;
        },
        abort.signal,
      ),
    );
  }

  reset(): void {
    this.#abort?.abort();
    this.names = [];
    this.done = [];
    this.findings = undefined;
    this.fault = undefined;
    this.action.error = null;
  }
}
