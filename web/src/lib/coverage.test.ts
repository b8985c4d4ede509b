import { describe, expect, it } from 'vitest';
import { cellsOf, coverageOf, fromDay, runsOf, stateOf, toDay, troubles, type Input } from './coverage';

const today = toDay('2026-11-28');

const input = (over: Partial<Input> = {}): Input => ({
  ranges: [
    { table: 'basic_ad', account: '1', from: '2026-11-01', to: '2026-11-28', partial: false },
    { table: 'basic_account', account: '1', from: '2026-11-01', to: '2026-11-28', partial: false },
  ],
  tables: ['basic_ad', 'basic_account'],
  accounts: [{ id: '1', name: 'Halden DE' }],
  holes: [],
  steps: [],
  today,
  lookBack: 7,
  days: 30,
  ...over,
});

const states = (i: Input) => coverageOf(i)[0]?.states ?? [];
const on = (i: Input, day: string) => states(i)[toDay(day) - (today - i.days + 1)];

describe('coverageOf', () => {
  it('tells settled days from those that Meta may still change', () => {
    expect(on(input(), '2026-11-21')).toBe('settled');
    expect(on(input(), '2026-11-22')).toBe('restatable');
    expect(on(input(), '2026-11-28')).toBe('restatable');
  });
  it('shows nothing before the first day', () => {
    expect(on(input(), '2026-10-31')).toBe('none');
  });
  it('calls a day missing that the platform did not return', () => {
    const i = input({ holes: [{ account: '1', from: '2026-11-12', to: '2026-11-12', kind: 'gap' }] });
    expect(on(i, '2026-11-12')).toBe('gap');
    expect(on(i, '2026-11-13')).toBe('settled');
  });
  it('calls a day partial if only a column is missing', () => {
    const i = input({ holes: [{ account: '1', from: '2026-11-03', to: '2026-11-04', column: 'video', kind: 'gap' }] });
    expect(on(i, '2026-11-03')).toBe('partial');
  });
  it('calls days missing that no run reads any more', () => {
    const ranges = input().ranges.map((r) => ({ ...r, to: '2026-11-25' }));
    expect(on(input({ ranges }), '2026-11-26')).toBe('gap');
    expect(on(input({ ranges }), '2026-11-28')).toBe('none');
  });
  it('calls them loading or waiting while a run reads them', () => {
    const ranges = input().ranges.map((r) => ({ ...r, to: '2026-11-25' }));
    expect(on(input({ ranges, steps: [{ account: '1', state: 'running' }] }), '2026-11-26')).toBe('running');
    const waits = [{ account: '1', state: 'waiting', waits_until: '2026-11-28T14:32:00Z' }];
    expect(on(input({ ranges, steps: waits }), '2026-11-26')).toBe('waiting');
  });
  it('calls a day partial that one of the tables lacks', () => {
    const ranges = [input().ranges[0]!, { ...input().ranges[1]!, to: '2026-11-20' }];
    expect(on(input({ ranges }), '2026-11-22')).toBe('partial');
  });
});

describe('cellsOf', () => {
  it('groups days by month', () => {
    const cells = cellsOf(today, 60, true);
    expect(cells.map((c) => c.label)).toEqual(['2026-09', '2026-10', '2026-11']);
    expect(fromDay(cells[2]!.to)).toBe('2026-11-28');
  });
  it('shows the day most worth seeing of a month', () => {
    const i = input({ days: 60, holes: [{ account: '1', from: '2026-11-12', to: '2026-11-12', kind: 'gap' }] });
    const row = coverageOf(i)[0]!;
    const cells = cellsOf(today, 60, true);
    expect(cells.map((c) => stateOf(row, c, today - 59))).toEqual(['none', 'none', 'gap']);
  });
});

describe('runsOf', () => {
  it('covers every cell once', () => {
    const s = states(input());
    const runs = runsOf(s);
    expect(runs.reduce((n, r) => n + r.to - r.from + 1, 0)).toBe(s.length);
  });
});

describe('troubles', () => {
  it('lists missing days as ranges', () => {
    const i = input({ holes: [{ account: '1', from: '2026-11-12', to: '2026-11-13', kind: 'gap' }] });
    expect(troubles(coverageOf(i)[0]!, today - 29)).toEqual([{ state: 'gap', from: '2026-11-12', to: '2026-11-13' }]);
  });
});
