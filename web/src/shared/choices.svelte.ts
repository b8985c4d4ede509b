// What the holder of a link has chosen. It is in the address, so that a copied link shows the same.
import { SvelteMap, SvelteSet, SvelteURLSearchParams } from 'svelte/reactivity';
import type { Schemas } from '../api/problem';
import type { Against, Answer } from '../lib/answer';
import type { Choices } from '../lib/board';
import { rangeOf, type Range } from '../lib/period';
import type { SharedBoard } from './link.svelte';

const split = (text: string | null) => (text ?? '').split(',').filter(Boolean).map(decodeURIComponent);
const join = (values: string[]) => values.map(encodeURIComponent).join(',');

export class SharedChoices implements Choices {
  answers = new SvelteMap<string, Answer>();
  mixed = new SvelteSet<string>();
  #board: SharedBoard;
  #params = new SvelteURLSearchParams(location.search);

  constructor(board: SharedBoard) {
    this.#board = board;
  }

  #set(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value) this.#params.set(name, value);
      else this.#params.delete(name);
    }
    const text = this.#params.toString();
    history.replaceState(null, '', text ? `?${text}` : location.pathname);
  }

  get range(): Range {
    const { from, to } = this.#board;
    return rangeOf(this.#params.get('from') ?? '', this.#params.get('to') ?? '') ?? { from, to };
  }
  set range({ from, to }: Range) {
    this.#set({ from, to });
  }

  get against(): Against | undefined {
    const text = this.#params.get('against') ?? this.#board.compare ?? 'none';
    return text === 'none' || text === '' ? undefined : (text as Against);
  }
  set against(to: Against | 'none' | undefined) {
    this.#set({ against: to ?? 'none' });
  }

  chosen(filter: number): string[] {
    const text = this.#params.get(`f${filter}`);
    return text === null ? (this.#board.filters.find((f) => f.filter === filter)?.in ?? []) : split(text);
  }
  /** A comma alone stands for all members, where the dashboard has chosen some. */
  choose(filter: number, values: string[]): void {
    const usual = this.#board.filters.find((f) => f.filter === filter)?.in ?? [];
    this.#set({ [`f${filter}`]: values.length ? join(values) : usual.length ? ',' : '' });
  }

  get sort(): string {
    return this.#params.get('sort') ?? '';
  }
  sortBy = (metric: string): void => this.#set({ sort: this.sort === `-${metric}` ? metric : `-${metric}` });

  get open(): Set<string> {
    return new Set(split(this.#params.get('open')));
  }
  toggle = (row: string): void => {
    const open = this.open;
    if (!open.delete(row)) open.add(row);
    this.#set({ open: join([...open]) });
  };

  /** What is sent with each question; what was not chosen is left to the link. */
  get view(): Schemas['SharedView'] {
    const has = (name: string) => this.#params.has(name);
    const filters = this.#board.filters.filter((f) => has(`f${f.filter}`));
    return {
      ...(has('from') && { range: { preset: 'custom', ...this.range } }),
      ...(has('against') && { compare: this.against ?? '' }),
      ...(filters.length && {
        filters: filters.map(({ filter }) => {
          const values = this.chosen(filter);
          return values.length ? { filter, in: values } : { filter, all: true };
        }),
      }),
    };
  }

  /** When the oldest data below the figures was requested. */
  get asOf(): string | undefined {
    return [...this.answers.values()].flatMap((a) => a.as_of ?? []).toSorted()[0];
  }

  /** What a reader must know of more than one tile, once. */
  get notes(): string[] {
    const all = [...this.answers.values()].flatMap((a) => a.notes ?? []).filter((n) => n.code !== 'regime');
    return [...new Map(all.map((n) => [n.code, n.message])).values()];
  }
}
