import { expect, it } from 'vitest';
import { barsOf } from './bars';

it('draws bars from zero', () => {
  const { bars, ticks } = barsOf(
    [
      { key: 'a', value: 10 },
      { key: 'b', value: 0 },
      { key: 'c', value: 5 },
    ],
    300,
    100,
    0,
  );
  expect(bars[1]?.height).toBe(0);
  expect(bars[0]!.height).toBeCloseTo(bars[2]!.height * 2);
  expect(ticks[0]?.value).toBe(0);
});

it('has room for no data', () => {
  expect(barsOf([], 300, 100, 0).bars).toEqual([]);
});
