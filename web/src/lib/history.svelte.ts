// A document that somebody edits: what it was before, so that each step can be undone.

export class History<T> {
  #past = $state.raw<T[]>([]);
  #future = $state.raw<T[]>([]);
  #now = $state.raw<T>() as T;
  #saved = $state.raw('');

  constructor(start: T) {
    this.#now = start;
    this.#saved = JSON.stringify(start);
  }

  get now(): T {
    return this.#now;
  }
  get changed(): boolean {
    return JSON.stringify(this.#now) !== this.#saved;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A step. Steps with the same name, such as the letters of a title, are undone together. */
  set(next: T, name = ''): void {
    if (!name || name !== this.#name) this.#past = [...this.#past.slice(-99), this.#now];
    this.#name = name;
    this.#future = [];
    this.#now = next;
  }
  #name = '';

  undo = (): void => {
    const before = this.#past.at(-1);
    if (before === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [this.#now, ...this.#future];
    this.#now = before;
    this.#name = '';
  };

  redo = (): void => {
    const [next, ...rest] = this.#future;
    if (next === undefined) return;
    this.#future = rest;
    this.#past = [...this.#past, this.#now];
    this.#now = next;
    this.#name = '';
  };

  saved(): void {
    this.#saved = JSON.stringify(this.#now);
  }
}
