// Scales and paths of charts over time. All arithmetic is d3's; only the look is ours.
import { extent, max, min, sum } from 'd3-array';
import { scaleBand, scaleLinear, scalePoint } from 'd3-scale';
import { area, line, stack } from 'd3-shape';

export type Series = {
  key: string;
  name: string;
  values: (number | null)[];
  previous?: (number | null)[];
  /** What people read for each value. */
  texts?: string[];
  previousTexts?: string[];
};
export type Kind = 'line' | 'bar' | 'stack';
export type Box = { left: number; right: number; top: number; bottom: number };
export type Point = { x: number; y: number };
export type Tick = { value: number; y: number };
export type Line = {
  key: string;
  name: string;
  solid: string;
  /** The part whose conversions still come in. */
  dotted: string;
  before: string;
  area: string;
  /** Points without a neighbour, which no line shows. */
  alone: Point[];
  points: (Point | null)[];
  end?: Point;
};
export type Bar = { series: string; at: number; x: number; y: number; width: number; height: number };
export type Panel = {
  ticks: Tick[];
  /** Where the axis begins, if not at 0. */
  begins?: number;
  lines: Line[];
  bars: Bar[];
  before: Bar[];
};

/** Where each bucket stands, the room that it has, and which one is nearest to a place. */
export function axisOf(n: number, kind: Kind, left: number, right: number) {
  const keys = [...Array(n).keys()];
  const bars = kind !== 'line';
  const band = scaleBand<number>().domain(keys).range([left, right]).paddingInner(0.25).paddingOuter(0.12);
  const point = scalePoint<number>().domain(keys).range([left, right]);
  const x = (i: number) => (bars ? (band(i) ?? left) + band.bandwidth() / 2 : (point(i) ?? left));
  const room = bars ? band.step() : point.step();
  return {
    x,
    band,
    room: room || right - left,
    nearest: (at: number) => Math.max(0, Math.min(n - 1, Math.round((at - x(0)) / (room || 1)))),
  };
}

/** Which buckets have a label, so that labels do not touch. */
export function labelled(n: number, width: number, each = 76): number[] {
  const every = Math.max(1, Math.ceil((n * each) / Math.max(each, width)));
  return [...Array(n).keys()].filter((i) => i % every === 0);
}

function domain(kind: Kind, series: Series[]): [number, number] {
  const values = series.flatMap((s) => [...s.values, ...(s.previous ?? [])]).filter((v): v is number => v !== null);
  if (kind === 'stack') {
    const n = series[0]?.values.length ?? 0;
    const sums = [...Array(n).keys()].map((i) => sum(series, (s) => s.values[i] ?? 0));
    return [Math.min(0, min(values) ?? 0), max(sums) || 1];
  }
  const [low = 0, high = 0] = extent(values) as [number?, number?];
  if (low === high) return low < 0 ? [low, 0] : [0, high || 1];
  // A line may begin elsewhere, where from 0 it would be flat. It says so.
  return kind === 'line' && low > 0.5 * high ? [low, high] : [Math.min(0, low), Math.max(0, high)];
}

function lineOf(s: Series, axis: ReturnType<typeof axisOf>, y: (v: number) => number, unsettled: Set<number>): Line {
  const points = s.values.map((v, i) => (v === null ? null : { x: axis.x(i), y: y(v) }));
  const at = [...points.keys()];
  const path = (of: (Point | null)[], has: (i: number) => boolean) =>
    line<number>()
      .defined((i) => !!of[i] && has(i))
      .x((i) => of[i]!.x)
      .y((i) => of[i]!.y)(at) ?? '';
  const before = (s.previous ?? []).map((v, i) => (v === null ? null : { x: axis.x(i), y: y(v) }));
  const open = (i: number) => unsettled.has(i);
  return {
    key: s.key,
    name: s.name,
    points,
    solid: path(points, (i) => !open(i)),
    // It begins at the last day that is complete, so that the line has no hole.
    dotted: path(points, (i) => open(i) || open(i + 1)),
    before: path(before, (i) => i < before.length),
    area:
      area<number>()
        .defined((i) => !!points[i])
        .x((i) => points[i]!.x)
        .y0(y(0))
        .y1((i) => points[i]!.y)(at) ?? '',
    alone: points.filter((p, i): p is Point => !!p && !points[i - 1] && !points[i + 1]),
    end: points.findLast((p): p is Point => !!p),
  };
}

function barsOf(kind: Kind, series: Series[], axis: ReturnType<typeof axisOf>, y: (v: number) => number): Bar[] {
  const n = series[0]?.values.length ?? 0;
  const at = [...Array(n).keys()];
  if (kind === 'stack') {
    const layers = stack<number, string>()
      .keys(series.map((s) => s.key))
      .value((i, key) => series.find((s) => s.key === key)?.values[i] ?? 0)(at);
    return layers.flatMap((layer) =>
      layer.map(([from, to], i) => ({
        series: layer.key,
        at: i,
        x: axis.band(i) ?? 0,
        width: axis.band.bandwidth(),
        y: y(to),
        height: Math.max(0, y(from) - y(to)),
      })),
    );
  }
  const inner = scaleBand<string>()
    .domain(series.map((s) => s.key))
    .range([0, axis.band.bandwidth()]);
  return series.flatMap((s) =>
    at.flatMap((i) => {
      const v = s.values[i] ?? null;
      if (v === null) return [];
      const ends = [y(0), y(v)];
      return {
        series: s.key,
        at: i,
        x: (axis.band(i) ?? 0) + (inner(s.key) ?? 0),
        width: inner.bandwidth(),
        y: Math.min(...ends),
        height: Math.abs(y(0) - y(v)),
      };
    }),
  );
}

/** One panel: one unit, one axis. */
export function panelOf(
  kind: Kind,
  series: Series[],
  axis: ReturnType<typeof axisOf>,
  box: Box,
  unsettled: Set<number> = new Set(),
): Panel {
  const [low, high] = domain(kind, series);
  const count = box.bottom - box.top < 90 ? 2 : 4;
  const y = scaleLinear().domain([low, high]).nice(count).range([box.bottom, box.top]);
  const start = y.domain()[0] ?? 0;
  const one = series.length === 1 && start === 0;
  return {
    ticks: y.ticks(count).map((value) => ({ value, y: y(value) })),
    begins: start > 0 ? start : undefined,
    lines:
      kind === 'line'
        ? series.map((s) => ({ ...lineOf(s, axis, y, unsettled), ...(one ? undefined : { area: '' }) }))
        : [],
    bars: kind === 'line' ? [] : barsOf(kind, series, axis, y),
    before:
      kind === 'bar'
        ? barsOf(
            'bar',
            series.filter((s) => s.previous).map((s) => ({ ...s, values: s.previous ?? [] })),
            axis,
            y,
          )
        : [],
  };
}

/** Labels at the ends of lines, moved apart so that they can be read. */
export function apart(ends: { key: string; y: number }[], gap: number, low: number, high: number): Map<string, number> {
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  const ys: number[] = [];
  for (const e of sorted) ys.push(Math.max(e.y, (ys.at(-1) ?? low - gap) + gap));
  for (let i = ys.length - 1; i >= 0; i--) ys[i] = Math.min(ys[i]!, (ys[i + 1] ?? high + gap) - gap);
  return new Map(sorted.map((e, i) => [e.key, ys[i]!]));
}

/** The largest series, at most `most`. Questions ask for so few that nothing is left out. */
export function gather(series: Series[], most = 5): Series[] {
  if (series.length <= most) return series;
  const weight = (s: Series) => sum(s.values, (v) => Math.abs(v ?? 0));
  return series.toSorted((a, b) => weight(b) - weight(a)).slice(0, most);
}

/** Slanted lines within a rectangle, as a path: days that are not final, parts that are claimed twice. */
export function hatch(x: number, y: number, width: number, height: number, gap = 6): string {
  const lines: string[] = [];
  for (let at = gap; at < width + height; at += gap) {
    const from = [x + Math.min(at, width), y + Math.max(0, at - width)];
    const to = [x + Math.max(0, at - height), y + Math.min(at, height)];
    lines.push(`M${from.join(' ')}L${to.join(' ')}`);
  }
  return lines.join('');
}

/** Runs of neighbours: [3, 4, 5, 9] is [[3, 5], [9, 9]]. */
export function spans(at: number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const i of at.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] === i - 1) last[1] = i;
    else found.push([i, i]);
  }
  return found;
}
