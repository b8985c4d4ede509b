import { group } from 'd3-array';

// Which days of which ad accounts are in the warehouse. Days are whole days since
// 1970-01-01 and belong to the account's zone; they are never shifted.

export type DayState = 'settled' | 'restatable' | 'running' | 'waiting' | 'partial' | 'gap' | 'none';

export const dayWords: Record<DayState, string> = {
  settled: 'settled',
  restatable: 'loaded, Meta may still change it',
  running: 'loading',
  waiting: 'waiting for Meta',
  partial: 'partial',
  gap: 'missing',
  none: 'nothing yet',
};

/** From least to most worth seeing; a month shows the last of its days' states. */
const weight: DayState[] = ['none', 'settled', 'restatable', 'partial', 'running', 'waiting', 'gap'];

export const toDay = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
export const fromDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

type Range = { table: string; account: string; from?: string; to?: string; partial: boolean };
type Hole = { account: string; from?: string; to?: string; column?: string; kind: 'gap' | 'quarantine' };
type Work = { account: string; state: string; waits_until?: string };

export type Input = {
  ranges: Range[];
  /** Names of the tables with figures by day that the source reads. */
  tables: string[];
  accounts: { id: string; name: string }[];
  holes: Hole[];
  /** Steps of the run in progress; empty if there is none. */
  steps: Work[];
  today: number;
  lookBack: number;
  /** How many days to show, until today. */
  days: number;
};

export type Row = { account: string; name: string; states: DayState[] };

/** Returns a row per account, its states from the oldest day to today. */
export function coverageOf(input: Input): Row[] {
  const start = input.today - input.days + 1;
  const byAccount = group(input.ranges, (r) => r.account);
  const holes = group(input.holes, (h) => h.account);
  const steps = new Map(input.steps.map((s) => [s.account, s]));
  return input.accounts.map((a) => ({
    account: a.id,
    name: a.name || a.id,
    states: statesOf(input, start, byAccount.get(a.id) ?? [], holes.get(a.id) ?? [], steps.get(a.id)),
  }));
}

function statesOf(input: Input, start: number, ranges: Range[], holes: Hole[], step: Work | undefined): DayState[] {
  const daily = ranges.filter((r) => r.from && r.to && input.tables.includes(r.table));
  const wanted = new Set(daily.map((r) => r.table)).size;
  const covered = new Array<number>(input.days).fill(0);
  const partial = new Array<boolean>(input.days).fill(false);
  let first = Infinity;
  for (const r of daily) {
    const from = toDay(r.from ?? '');
    const to = Math.min(toDay(r.to ?? ''), input.today);
    first = Math.min(first, from);
    for (let d = Math.max(from, start); d <= to; d++) {
      covered[d - start]!++;
      if (r.partial) partial[d - start] = true;
    }
  }
  const missing = new Set<number>();
  for (const h of holes) {
    if (!h.from || !h.to) continue;
    for (let d = Math.max(toDay(h.from), start); d <= Math.min(toDay(h.to), input.today); d++) {
      if (h.column || h.kind === 'quarantine') partial[d - start] = true;
      else missing.add(d);
    }
  }
  const unread: DayState = step?.waits_until
    ? 'waiting'
    : step?.state === 'running' || step?.state === 'waiting'
      ? 'running'
      : 'gap';
  return covered.map((n, i) => {
    const day = start + i;
    if (missing.has(day)) return 'gap';
    if (n === 0 && (day < first || day === input.today)) return unread === 'gap' || day < first ? 'none' : unread;
    if (n < wanted && day !== input.today) return n > 0 && unread === 'gap' ? 'partial' : unread;
    if (partial[i]) return 'partial';
    return day > input.today - input.lookBack ? 'restatable' : 'settled';
  });
}

export type Cell = { label: string; from: number; to: number };

/** The days of a span as cells: each day, or each month. */
export function cellsOf(today: number, days: number, monthly: boolean): Cell[] {
  const cells: Cell[] = [];
  for (let d = today - days + 1; d <= today; d++) {
    const label = monthly ? fromDay(d).slice(0, 7) : fromDay(d);
    const last = cells.at(-1);
    if (last && last.label === label) last.to = d;
    else cells.push({ label, from: d, to: d });
  }
  return cells;
}

/** The state of a cell: the one most worth seeing of its days. */
export function stateOf(row: Row, cell: Cell, start: number): DayState {
  let worst: DayState = 'none';
  for (let d = cell.from; d <= cell.to; d++) {
    const s = row.states[d - start] ?? 'none';
    if (weight.indexOf(s) > weight.indexOf(worst)) worst = s;
  }
  return worst;
}

/** Neighboring cells of one state, so that a long history is drawn with few shapes. */
export function runsOf(states: DayState[]): { state: DayState; from: number; to: number }[] {
  const runs: { state: DayState; from: number; to: number }[] = [];
  states.forEach((state, i) => {
    const last = runs.at(-1);
    if (last && last.state === state) last.to = i;
    else runs.push({ state, from: i, to: i });
  });
  return runs;
}

/** Days of a row that are missing or partial, as ranges in words of the API: 2026-11-03 to 2026-11-04. */
export function troubles(row: Row, start: number): { state: DayState; from: string; to: string }[] {
  return runsOf(row.states)
    .filter((r) => r.state === 'gap' || r.state === 'partial' || r.state === 'waiting')
    .map((r) => ({ state: r.state, from: fromDay(start + r.from), to: fromDay(start + r.to) }));
}
