// Scales and shapes of the charts. All arithmetic is d3's; only the look is ours.
import { max } from 'd3-array';
import { scaleBand, scaleLinear } from 'd3-scale';

export type Bar = { key: string; value: number; x: number; y: number; width: number; height: number };
export type Bars = { bars: Bar[]; ticks: { value: number; y: number }[]; labels: { key: string; x: number }[] };

/** Bars by key from 0 to the largest value, with at most `most` labels on the x axis. */
export function barsOf(
  data: { key: string; value: number }[],
  width: number,
  height: number,
  left: number,
  most = 6,
): Bars {
  const x = scaleBand<string>()
    .domain(data.map((d) => d.key))
    .range([left, width])
    .paddingInner(0.25);
  const y = scaleLinear()
    .domain([0, max(data, (d) => d.value) || 1])
    .nice(4)
    .range([height, 8]);
  const step = Math.max(1, Math.ceil(data.length / most));
  return {
    bars: data.map((d) => ({
      ...d,
      x: x(d.key) ?? 0,
      y: y(d.value),
      width: x.bandwidth(),
      height: height - y(d.value),
    })),
    ticks: y.ticks(4).map((value) => ({ value, y: y(value) })),
    labels: data.filter((_, i) => i % step === 0).map((d) => ({ key: d.key, x: (x(d.key) ?? 0) + x.bandwidth() / 2 })),
  };
}
