// Tiles of dashboards: the question that each asks, and its answer as a drawing.
import type { Schemas } from '../api/problem';
import {
  daysOf,
  nameOf,
  question,
  size,
  type Against,
  type Answer,
  type Column,
  type Figure,
  type Filter,
} from './answer';
import type { Grain, Query, Row } from './answer';
import { gather, type Kind, type Series } from './chart';
import { say, titled } from './figures';
import type { Place } from './grid';
import { length, type Range } from './period';

export const kinds = {
  metric: 'Figures',
  line: 'Line chart',
  bar: 'Bar chart',
  table: 'Table',
  pie: 'Pie chart',
  text: 'Text',
  pacing: 'Budget pacing',
  claims: 'Claims and orders',
  tie_out: 'Match with the platform',
  freshness: 'Freshness',
  coverage: 'Coverage',
  restatement: 'Later changes',
} as const;
export type Tile = Schemas['Tile'];
export type TileKind = Tile['kind'];
export type Dashboard = Schemas['Dashboard'];
export type Draft = Schemas['DashboardSpec'];

/** A tile's place; the document has it as a list. */
export const placeOf = (tile: Tile): Place => {
  const [x = 0, y = 0, w = 6, h = 4] = tile.at;
  return [x, y, w, h];
};

/** What the reader of a dashboard has chosen: it is in the address. */
export type View = {
  range: Range;
  /** The last day of the range that is over: budgets are judged on it. */
  asOf?: string;
  against?: Against;
  currency?: string;
  filters: Filter[];
};

/** What these kinds show if they name no metrics. */
const usual: Partial<Record<TileKind, { metrics: string[]; by: string[] }>> = {
  claims: { metrics: ['platform_conversions', 'orders', 'over_claim'], by: ['channel'] },
  pacing: { metrics: ['spend_to_date', 'projected_spend', 'pacing'], by: ['account'] },
};
export const metricsOf = (tile: Tile) => (tile.metrics?.length ? tile.metrics : (usual[tile.kind]?.metrics ?? []));
export const byOf = (tile: Tile) => (tile.by?.length ? tile.by : (usual[tile.kind]?.by ?? []));

/** Kinds that ask the warehouse for metrics. */
export const asks = (tile: Tile) =>
  ['metric', 'line', 'bar', 'table', 'pie', 'pacing', 'claims'].includes(tile.kind) && metricsOf(tile).length > 0;

/** Days in few bars or points: long periods by week or month. */
function grainOf(tile: Tile, range: Range): Grain | undefined {
  if (tile.grain) return tile.grain as Grain;
  if (tile.kind !== 'line') return undefined;
  return length(range) <= 92 ? 'day' : length(range) <= 400 ? 'iso_week' : 'month';
}

/** A chart of a dimension over time has three members, the others and what is not matched: five lines. */
function topOf(tile: Tile, grain: Grain | undefined): Query['top'] {
  const by = tile.metrics?.[0];
  if (!tile.by?.length || !by) return undefined;
  if (tile.kind === 'pie') return { n: Math.min(2, tile.top?.n ?? 2), by: tile.top?.by || by };
  const chart = (tile.kind === 'line' || tile.kind === 'bar') && grain;
  if (chart) return { n: Math.min(3, tile.top?.n ?? 3), by: tile.top?.by || by };
  return tile.top ?? (tile.kind === 'bar' ? { n: 9, by } : undefined);
}

/** The question of a tile. */
export function questionOf(tile: Tile, view: View): Query {
  const grain = grainOf(tile, view.range);
  return question({
    metrics: metricsOf(tile),
    ...view.range,
    as_of: view.asOf,
    grain,
    by: byOf(tile),
    filters: [...(tile.filters ?? []), ...view.filters],
    currency: view.currency,
    compare: (tile.compare as Against | undefined) || view.against,
    totals: tile.totals || ['metric', 'table', 'bar', 'pie', 'claims'].includes(tile.kind),
    top: topOf(tile, grain),
  });
}

/** The question below opened rows: the filters of the rows come to those there are. */
export function questionBelow(q: Query, path: string[], opened: string[]): Query {
  if (!opened.length) return q;
  const filters = opened.map((id, i) => ({ dimension: path[i] ?? '', in: [id] }));
  return question({
    ...q,
    by: path.slice(opened.length, opened.length + 1),
    top: undefined,
    totals: undefined,
    filters: [...(q.filters ?? []), ...filters],
  });
}

export type Drawn = {
  title: string;
  column: Column;
  currency?: string;
  kind: Kind;
  series: Series[];
};
export type Drawing = {
  panels: Drawn[];
  buckets: string[];
  unsettled: number[];
  /** The period that today is in, where it is longer than a day: its figures are not all there. */
  unfinished?: { at: number; text: string };
  regimes: { at: number; text: string }[];
};

const currencyOf = (figures: (Figure | undefined)[]) => figures.find((f) => f?.currency)?.currency;

function seriesOf(
  key: string,
  name: string,
  figures: (Figure | undefined)[],
  before: (Figure | undefined)[] | undefined,
  c: Column,
): Series {
  return {
    key,
    name,
    values: figures.map(size),
    texts: figures.map((f) => say(f, c)),
    ...(before && { previous: before.map(size), previousTexts: before.map((f) => say(f, c)) }),
  };
}

/** The bucket that holds a day: the last one that begins on or before it. */
function bucketOf(buckets: string[], day: string): number {
  const exact = buckets.indexOf(day);
  if (exact >= 0) return exact;
  const quarter = `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
  return buckets.findLastIndex((b) => b === day.slice(0, 7) || b === isoWeek(day) || b === quarter);
}

/** The ISO week of a day, such as 2026-W01; it carries the ISO year. */
export function isoWeek(day: string): string {
  const d = new Date(`${day}T00:00:00Z`);
  d.setUTCDate(d.getUTCDate() + 4 - (d.getUTCDay() || 7));
  const first = Date.UTC(d.getUTCFullYear(), 0, 1);
  const week = Math.floor((d.getTime() - first) / 86_400_000 / 7) + 1;
  return `${d.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

function byMember(answer: Answer, buckets: string[], c: Column, at: number): Series[] {
  const members = new Map<string, Row[]>();
  for (const row of answer.rows) {
    const key = (row.members ?? []).join('/');
    members.set(key, [...(members.get(key) ?? []), row]);
  }
  const all = [...members].map(([key, rows]) => {
    const known = new Map(rows.map((r) => [r.bucket ?? '', r.figures[at]]));
    return seriesOf(
      key,
      rows[0] ? nameOf(rows[0]) : key,
      buckets.map((b) => known.get(b)),
      undefined,
      c,
    );
  });
  return gather(all);
}

function byMetric(answer: Answer, buckets: string[], c: Column, at: number): Series {
  const known = new Map(answer.rows.map((r) => [r.bucket ?? '', r]));
  const rows = buckets.map((b) => known.get(b));
  const compared = answer.compared?.rows;
  const before = compared
    ? buckets.map((_, i) => compared[i]?.figures[at])
    : rows.some((r) => r?.previous)
      ? rows.map((r) => r?.previous?.[at])
      : undefined;
  return seriesOf(
    c.metric,
    titled(c.metric, c.title),
    rows.map((r) => r?.figures[at]),
    before,
    c,
  );
}

/** Ends a line before a day that is not over, whose figures look like a collapse; its texts stay. */
function ended(s: Series, buckets: string[], today: string): Series {
  const from = buckets.indexOf(today);
  return from < 1 ? s : { ...s, values: s.values.map((v, i) => (i < from ? v : null)) };
}

/** The week, month or quarter that today is in, if the answer has one that began before today. */
function unfinishedOf(buckets: string[], today: string): Drawing['unfinished'] {
  const at = bucketOf(buckets, today);
  const bucket = buckets[at];
  if (!bucket || bucket === today) return undefined;
  const word = bucket.includes('W') ? 'week' : bucket.includes('Q') ? 'quarter' : 'month';
  return { at, text: `This ${word} is not over` };
}

/** An answer over time as panels: one for each unit, so that no chart has two axes. */
export function drawingOf(answer: Answer, tile: Tile, today: string): Drawing {
  const buckets = [...new Set(answer.rows.map((r) => r.bucket ?? ''))];
  const split = !!answer.rows[0]?.members?.length;
  const panels: Drawn[] = [];
  answer.columns.forEach((column, at) => {
    const currency = currencyOf(answer.rows.map((r) => r.figures[at]));
    const adds = column.unit === 'money' || column.unit === 'count';
    const kind: Kind = tile.kind === 'line' ? 'line' : split && adds ? 'stack' : 'bar';
    const title = titled(column.metric, column.title);
    if (split) {
      panels.push({ title, column, currency, kind, series: byMember(answer, buckets, column, at) });
      return;
    }
    const series = byMetric(answer, buckets, column, at);
    const same = panels.find((p) => p.column.unit === column.unit && p.currency === currency);
    if (same) {
      same.series.push(series);
      same.title = `${same.title} · ${title}`;
    } else panels.push({ title, column, currency, kind, series: [series] });
  });
  if (tile.kind === 'line') for (const p of panels) p.series = p.series.map((s) => ended(s, buckets, today));
  const open = daysOf(answer.notes, 'still_counting').map((d) => bucketOf(buckets, d));
  return {
    panels,
    buckets,
    unsettled: [...new Set(open)].filter((i) => i >= 0),
    unfinished: unfinishedOf(buckets, today),
    regimes: (answer.notes ?? [])
      .filter((n) => n.code === 'regime')
      .flatMap((n) => (n.days ?? []).map((d) => ({ at: bucketOf(buckets, d), text: n.message })))
      .filter((r) => r.at >= 0),
  };
}

/** Rows in the reader's order; absent figures last, what stands for many at the end. */
export function sorted(rows: Row[], at: number, down: boolean): Row[] {
  const rank = (r: Row) => ({ '(others)': 1, '(not in ads)': 2, '(unmatched)': 3 })[r.members?.[0] ?? ''] ?? 0;
  return rows.toSorted((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    const [x, y] = [size(a.figures[at]), size(b.figures[at])];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return down ? y - x : x - y;
  });
}

/** Dimensions whose rows can be opened, from the outside in. */
const levels = ['campaign', 'ad_set', 'ad', 'creative'];

/** The dimensions below a tile's own: those that it names, or those that all of its metrics have. */
export function below(tile: Tile, shared: (dimension: string) => boolean): string[] {
  const [first = ''] = tile.by ?? [];
  if (tile.by?.length !== 1 || tile.grain) return [];
  if (tile.drill?.length) return tile.drill;
  const at = levels.indexOf(first);
  return at < 0 ? [] : levels.slice(at + 1).filter(shared);
}
