// What tiles know of the page that they stand on. A dashboard of the app asks the API, and that of a share link
// asks what the link allows.
import { getContext, setContext } from 'svelte';
import type { Against, Answer, Dimension, MetricText } from './answer';
import type { Range } from './period';
import type { Tile } from './tile';

/** What the reader has chosen. */
export type Choices = {
  range: Range;
  against: Against | 'none' | undefined;
  readonly sort: string;
  sortBy: (metric: string) => void;
  readonly open: Set<string>;
  toggle: (row: string) => void;
  /** What the tiles' answers say, by tile. */
  answers: Map<string, Answer>;
  /** Tiles that were refused because their money is in several currencies. */
  mixed: Set<string>;
};

/** A question and what is known of its answer. */
export type Asked = {
  readonly data: Answer | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly isFetching: boolean;
  refetch: () => unknown;
};

/** The rows of a tile, or those below the last one that is opened. `path` has the dimensions from the outside in. */
export type Rows = { tile: Tile; opened: string[]; path: string[] };

export type Known = {
  view: Choices;
  metric: (name: string) => MetricText | undefined;
  dimension: (name: string) => Pick<Dimension, 'title'> | undefined;
  /** Whether a metric's figures equal the platform's own totals; undefined: there is nothing to compare. */
  tie: (metric: string) => 'ties' | 'differs' | undefined;
  ask: (rows: () => Rows, enabled?: () => boolean) => Asked;
  /** The figures of a tile as a file; undefined: the reader may not take them along. */
  csv?: (tile: Tile) => Promise<Blob>;
};

const key = Symbol('board');
export const provideBoard = (known: Known) => setContext(key, known);
export const useBoard = () => getContext<Known>(key);
