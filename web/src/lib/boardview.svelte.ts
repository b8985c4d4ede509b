// What a reader of a dashboard has chosen. It is in the address, so that a copied link shows the same.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { searchParams } from 'sv-router';
import type { Against, Answer, Filter } from './answer';
import type { Choices } from './board';
import { plus, rangeOf, resolve, shift, today, type Range } from './period';
import type { Dashboard, View } from './tile';

// The router reads values that look like numbers as numbers, and an ID would lose digits.
const param = (name: string) => searchParams.toURLSearchParams().get(name) ?? '';

function set(name: string, value: string, replace = false): void {
  if (value) searchParams.set(name, value, { replace });
  else searchParams.delete(name, undefined, { replace });
}

/** Values in one parameter; a comma within a value is escaped. */
const split = (text: string) => text.split(',').filter(Boolean).map(decodeURIComponent);
const join = (values: string[]) => values.map((v) => encodeURIComponent(v)).join(',');

export class BoardView implements Choices {
  #board: () => Dashboard | undefined;
  /** What the tiles' answers say, by tile. */
  answers = new SvelteMap<string, Answer>();
  /** Tiles that were refused because their money is in several currencies. */
  mixed = new SvelteSet<string>();

  constructor(board: () => Dashboard | undefined) {
    this.#board = board;
  }

  get range(): Range {
    const own = this.#board(); // the server knows which day it is in the reporting zone
    return (
      rangeOf(param('from'), param('to')) ?? rangeOf(own?.from, own?.to) ?? resolve('last_28_days', today(new Date()))
    );
  }
  set range({ from, to }: Range) {
    searchParams.set('from', from, { replace: true });
    searchParams.set('to', to);
  }

  /** "none" in the address switches off the comparison that the dashboard has. */
  get against(): Against | undefined {
    const text = param('against') || this.#board()?.compare || 'none';
    return text === 'none' ? undefined : (text as Against);
  }
  set against(to: Against | 'none' | undefined) {
    set('against', to ?? 'none');
  }

  get currency(): string | undefined {
    return param('currency') || this.#board()?.currency || undefined;
  }
  set currency(to: string | undefined) {
    set('currency', to ?? '');
  }

  /** The dimensions that have a filter on the page. */
  get dimensions(): string[] {
    return [...new Set([...(this.#board()?.filters ?? []).map((f) => f.dimension), 'account', 'campaign'])];
  }

  chosen(dimension: string): string[] {
    const text = param(dimension);
    if (text) return split(text);
    return this.#board()?.filters?.find((f) => f.dimension === dimension)?.in ?? [];
  }
  choose(dimension: string, values: string[]): void {
    set(dimension, join(values));
  }

  get filters(): Filter[] {
    const wanted = this.dimensions.map((dimension) => ({ dimension, in: this.chosen(dimension) }));
    return wanted.filter((f) => f.in.length);
  }

  /** The last day of the range that is over. */
  get #asOf(): string {
    const own = this.#board();
    const { from, to } = this.range;
    if (own && own.from === from && own.to === to) return own.as_of;
    const yesterday = plus(today(new Date()), -1);
    return to < yesterday ? to : yesterday;
  }

  get view(): View {
    return {
      range: this.range,
      asOf: this.#asOf,
      against: this.against,
      currency: this.currency,
      filters: this.filters,
    };
  }

  get sort(): string {
    return param('sort');
  }
  sortBy(metric: string): void {
    set('sort', this.sort === `-${metric}` ? metric : `-${metric}`);
  }

  get open(): Set<string> {
    return new Set(split(param('open')));
  }
  toggle(row: string): void {
    const open = this.open;
    if (open.has(row)) open.delete(row);
    else open.add(row);
    set('open', join([...open]));
  }

  earlier = () => (this.range = shift(this.range, -1));
  later = () => {
    const next = shift(this.range, 1);
    if (next.from <= plus(today(new Date()), 0)) this.range = next;
  };
  compare = () => (this.against = this.against ? 'none' : 'previous_period');

  /** When the oldest data below the figures was requested. */
  get asOf(): string | undefined {
    return [...this.answers.values()].flatMap((a) => a.as_of ?? []).toSorted()[0];
  }

  /** What a reader must know of more than one tile, once. */
  get notes(): { code: string; message: string }[] {
    const found = new Map<string, string>();
    for (const a of this.answers.values())
      for (const n of a.notes ?? []) if (n.code !== 'regime') found.set(n.code, n.message);
    return [...found].map(([code, message]) => ({ code, message }));
  }
}
