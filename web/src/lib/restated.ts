// How the figures of a day changed after it was over, as a chart.
import type { Schemas } from '../api/client';
import { say } from './figures';
import { count } from './format';
import type { Drawing } from './tile';

type Curve = Schemas['RestatedMetric'];

const column = {
  metric: 'share',
  title: 'Share of the final value',
  unit: 'percent' as const,
  decimals: 4,
};

/** "On the day itself", "After 7 days" */
export const ageText = (age: number) => (age === 0 ? 'On the day itself' : `After ${count(age, 'day')}`);

/** A share as people read it. */
export const shareText = (value: string | undefined) => say({ value }, column);

/** What a curve is about: what sets it apart from the others. */
export function curveName(curve: Curve, all: Curve[], sources: Map<string, string>): string {
  const differs = (of: (c: Curve) => string | undefined) => all.some((c) => of(c) !== of(curve));
  const words = [
    differs((c) => c.source) && (sources.get(curve.source) ?? curve.source),
    differs((c) => c.table) && curve.table,
    differs((c) => c.currency) && curve.currency,
  ].filter(Boolean);
  return words.join(' · ') || (sources.get(curve.source) ?? curve.source);
}

/** The first table of each source and currency: the others have the same money by other rows. */
const drawn = (all: Curve[]) =>
  all.filter((c, i) => all.findIndex((d) => d.source === c.source && d.currency === c.currency) === i).slice(0, 5);

/** The curves as one chart, with as many lines as there are colors; nothing if no day was read at two ages. */
export function curvesOf(all: Curve[], sources: Map<string, string>): Drawing | undefined {
  const curves = drawn(all);
  const ages = [...new Set(curves.flatMap((c) => c.ages.map((a) => a.age)))].sort((a, b) => a - b);
  if (ages.length < 2) return undefined;
  const series = curves.map((c) => {
    const shares = ages.map((age) => c.ages.find((a) => a.age === age)?.share);
    return {
      key: [c.source, c.table, c.metric, c.currency].join('/'),
      name: curveName(c, curves, sources),
      values: shares.map((s) => (s === undefined ? null : Number(s))),
      texts: shares.map(shareText),
    };
  });
  return {
    panels: [{ title: column.title, column, currency: undefined, kind: 'line', series }],
    buckets: ages.map(ageText),
    unsettled: [],
    regimes: [],
  };
}
