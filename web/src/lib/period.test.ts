import { describe, expect, it } from 'vitest';
import { bucketText, length, presetOf, presets, rangeOf, resolve, said, shift } from './period';

const on = '2026-03-31';

describe('presets', () => {
  it.each([
    ['today', '2026-03-31', '2026-03-31'],
    ['yesterday', '2026-03-30', '2026-03-30'],
    ['last_7_days', '2026-03-24', '2026-03-30'],
    ['last_28_days', '2026-03-03', '2026-03-30'],
    ['last_90_days', '2025-12-31', '2026-03-30'],
    ['this_month', '2026-03-01', '2026-03-31'],
    ['last_month', '2026-02-01', '2026-02-28'],
    ['this_quarter', '2026-01-01', '2026-03-31'],
    ['last_quarter', '2025-10-01', '2025-12-31'],
    ['this_year', '2026-01-01', '2026-03-31'],
    ['last_12_months', '2025-03-01', '2026-02-28'],
  ])('%s', (preset, from, to) => expect(resolve(preset, on)).toEqual({ from, to }));

  it('are found again by their days', () => {
    for (const p of Object.keys(presets)) expect(resolve(presetOf(resolve(p, on), on)!, on)).toEqual(resolve(p, on));
    expect(presetOf({ from: '2026-01-05', to: '2026-01-09' }, on)).toBeUndefined();
  });
});

describe('the period before', () => {
  it('has as many days', () => {
    const range = { from: '2026-03-03', to: '2026-03-30' };
    expect(shift(range, -1)).toEqual({ from: '2026-02-03', to: '2026-03-02' });
    expect(length(shift(range, -1))).toBe(28);
    expect(shift(shift(range, -1), 1)).toEqual(range);
  });

  it('of whole months is whole months', () => {
    expect(shift({ from: '2026-03-01', to: '2026-03-31' }, -1)).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(shift({ from: '2026-01-01', to: '2026-03-31' }, -1)).toEqual({ from: '2025-10-01', to: '2025-12-31' });
    expect(shift({ from: '2024-02-01', to: '2024-02-29' }, 1)).toEqual({ from: '2024-03-01', to: '2024-03-31' });
  });
});

it('says days and buckets', () => {
  expect(said({ from: '2026-10-31', to: '2026-11-27' })).toBe('31 Oct – 27 Nov 2026');
  expect(said({ from: '2025-12-31', to: '2026-01-02' })).toBe('31 Dec 2025 – 2 Jan 2026');
  expect(bucketText('2026-W01')).toBe('Week 1, 2026');
  expect(bucketText('2026-01')).toBe('Jan 2026');
  expect(bucketText('2026-Q1')).toBe('Q1 2026');
  expect(bucketText('FY2026-M01')).toBe('FY2026-M01');
});

it('takes only days from the address', () => {
  expect(rangeOf('2026-01-01', '2026-01-31')).toEqual({ from: '2026-01-01', to: '2026-01-31' });
  for (const [from, to] of [
    ['2026-02-01', '2026-01-01'],
    ['2026-13-01', '2026-13-02'],
    ['', '2026-01-01'],
    ['yesterday', 'today'],
  ])
    expect(rangeOf(from, to)).toBeUndefined();
});
