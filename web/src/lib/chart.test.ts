import { describe, expect, it } from 'vitest';
import { apart, axisOf, gather, labelled, panelOf, spans, type Series } from './chart';

const box = { left: 0, right: 100, top: 0, bottom: 100 };
const series = (values: (number | null)[], key = 'a'): Series => ({ key, name: key, values });

describe('lines', () => {
  const draw = (values: (number | null)[], unsettled: number[] = []) =>
    panelOf('line', [series(values)], axisOf(values.length, 'line', 0, 100), box, new Set(unsettled)).lines[0]!;

  it('have a gap where there is nothing', () => {
    expect(draw([1, 2, null, 2, 1]).solid.match(/M/g)).toHaveLength(2);
    expect(draw([1, null, 2, null, 1]).alone).toHaveLength(3);
  });

  it('are dotted from the last complete day on', () => {
    const l = draw([1, 2, 3, 4], [2, 3]);
    expect(l.solid.match(/[ML]/g)).toHaveLength(2);
    expect(l.dotted.match(/[ML]/g)).toHaveLength(3);
  });

  it('begin at 0, or say where', () => {
    const panel = (values: number[]) => panelOf('line', [series(values)], axisOf(values.length, 'line', 0, 100), box);
    expect(panel([1, 100]).begins).toBeUndefined();
    expect(panel([90, 100]).begins).toBeGreaterThan(0);
    expect(panel([5, 5]).begins).toBeUndefined();
    expect(panel([]).ticks.length).toBeGreaterThan(0);
  });
});

describe('bars', () => {
  it('begin at 0 and leave out what is absent', () => {
    const { bars, begins } = panelOf('bar', [series([90, null, 100])], axisOf(3, 'bar', 0, 100), box);
    expect(begins).toBeUndefined();
    expect(bars.map((b) => b.at)).toEqual([0, 2]);
    expect(bars[1]!.y + bars[1]!.height).toBeCloseTo(100);
  });

  it('stand on each other when stacked', () => {
    const { bars } = panelOf('stack', [series([10], 'a'), series([30], 'b')], axisOf(1, 'stack', 0, 100), box);
    expect(bars[1]!.y + bars[1]!.height).toBeCloseTo(bars[0]!.y);
    expect(bars[1]!.height / bars[0]!.height).toBeCloseTo(3);
  });
});

it('finds the bucket nearest to a place', () => {
  const axis = axisOf(5, 'line', 0, 100);
  expect([-20, 0, 12, 13, 100, 300].map(axis.nearest)).toEqual([0, 0, 0, 1, 4, 4]);
});

it('moves labels apart', () => {
  const ys = [
    ...apart(
      [
        { key: 'a', y: 50 },
        { key: 'b', y: 51 },
        { key: 'c', y: 99 },
      ],
      13,
      0,
      100,
    ).values(),
  ];
  expect(ys[1]! - ys[0]!).toBeGreaterThanOrEqual(13);
  expect(Math.max(...ys)).toBeLessThanOrEqual(100);
});

it('labels only as many buckets as have room', () => {
  expect(labelled(30, 300).length).toBeLessThanOrEqual(4);
  expect(labelled(3, 300)).toEqual([0, 1, 2]);
});

it('shows at most five series', () => {
  const many = Array.from({ length: 8 }, (_, i) => series([i], `s${i}`));
  expect(gather(many).map((s) => s.key)).toEqual(['s7', 's6', 's5', 's4', 's3']);
});

it('joins neighbours', () => {
  expect(spans([5, 3, 4, 9])).toEqual([
    [3, 5],
    [9, 9],
  ]);
});
