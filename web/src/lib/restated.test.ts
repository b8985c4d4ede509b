import { describe, expect, it } from 'vitest';
import { curveName, curvesOf } from './restated';

const curve = (source: string, table: string, shares: (string | undefined)[]) => ({
  source,
  table,
  metric: 'spend',
  ages: [0, 1, 7, 28].map((age, i) => ({ age, days: 28, ...(shares[i] !== undefined && { share: shares[i] }) })),
});
const names = new Map([['1', 'Halden Europe']]);

describe('curvesOf', () => {
  it('has a line for each curve, and a gap where nothing is known', () => {
    const drawing = curvesOf([curve('1', 'basic_ad', ['0.62', undefined, '0.998', '1'])], names);
    expect(drawing?.buckets).toEqual(['On the day itself', 'After 1 day', 'After 7 days', 'After 28 days']);
    const [line] = drawing!.panels[0]!.series;
    expect(line).toMatchObject({ name: 'Halden Europe', values: [0.62, null, 0.998, 1] });
    expect(line?.texts).toEqual(['62.00%', '–', '99.80%', '100.00%']);
  });

  it('has no more lines than colors', () => {
    const many = Array.from({ length: 8 }, (_, i) => curve(String(i), 'basic_ad', ['1', '1', '1', '1']));
    expect(curvesOf(many, names)?.panels[0]!.series).toHaveLength(5);
  });
});

describe('curveName', () => {
  it('draws one table of a source, and nothing if no day was read twice', () => {
    const all = [curve('1', 'basic_ad', ['0.5', '1']), curve('1', 'basic_campaign', ['0.5', '1'])];
    expect(curvesOf(all, names)?.panels[0]!.series.map((s) => s.key)).toEqual(['1/basic_ad/spend/']);
    const once = { ...all[0]!, ages: [{ age: 28, days: 3, share: '1' }] };
    expect(curvesOf([once], names)).toBeUndefined();
  });

  it('names the table only where there are several', () => {
    const [ads, campaigns] = [curve('1', 'basic_ad', []), curve('1', 'basic_campaign', [])];
    expect(curveName(ads, [ads], names)).toBe('Halden Europe');
    expect(curveName(ads, [ads, campaigns], names)).toBe('basic_ad');
  });
});
