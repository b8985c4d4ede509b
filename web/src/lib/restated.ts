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

/** What a curve is about; the table only if its source has more than one. */
export function curveName(curve: Curve, all: Curve[], sources: Map<string, string>): string {
  const same = all.filter((c) => c.source === curve.source);
  const name = sources.get(curve.source) ?? curve.source;
  const table = same.some((c) => c.table !== curve.table) && curve.table;
  const currency = same.some((c) => c.currency !== curve.currency) && curve.currency;
  return [name, table, currency].filter(Boolean).join(' · ');
}

/** The curves as one chart: as many lines as there are colors. */
export function curvesOf(all: Curve[], sources: Map<string, string>): Drawing {
  const ages = [...new Set(all.flatMap((c) => c.ages.map((a) => a.age)))].sort((a, b) => a - b);
  const series = all.slice(0, 5).map((c) => {
    const shares = ages.map((age) => c.ages.find((a) => a.age === age)?.share);
    return {
      key: [c.source, c.table, c.metric, c.currency].join('/'),
      name: curveName(c, all, sources),
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
