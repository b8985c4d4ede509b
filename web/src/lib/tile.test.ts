import { describe, expect, it } from 'vitest';
import type { Answer, Row } from './answer';
import type { Range } from './period';
import { below, drawingOf, isoWeek, questionOf, questionBelow, sorted, type Tile } from './tile';

const view = { range: { from: '2026-01-01', to: '2026-01-28' }, against: 'previous_period', filters: [] } as const;
const tile = (more: Partial<Tile>): Tile => ({
  id: 'a',
  kind: 'line',
  title: 'A',
  at: [0, 0, 6, 4],
  metrics: ['spend'],
  ...more,
});
const ask = (more: Partial<Tile>, range: Range = view.range) => questionOf(tile(more), { ...view, range, filters: [] });

describe('the question of a tile', () => {
  it('has few points for long periods', () => {
    expect(ask({}).grain).toBe('day');
    expect(ask({}, { from: '2025-06-01', to: '2026-01-01' }).grain).toBe('iso_week');
    expect(ask({}, { from: '2023-06-01', to: '2026-01-01' }).grain).toBe('month');
    expect(ask({ grain: 'quarter' }).grain).toBe('quarter');
  });

  it('asks for at most five lines and three parts of a pie', () => {
    expect(ask({ by: ['account'], top: { n: 20, by: 'spend' } }).top).toEqual({ n: 3, by: 'spend' });
    expect(ask({ kind: 'pie', by: ['channel'] }).top).toEqual({ n: 2, by: 'spend' });
    expect(ask({ kind: 'table', by: ['channel'] }).top).toBeUndefined();
  });

  it('judges budgets on the last day that is over', () => {
    const { from, to } = view.range;
    expect(questionOf(tile({}), { ...view, asOf: from, filters: [] }).as_of).toBe(from);
    expect(questionOf(tile({}), { ...view, asOf: to, filters: [] }).as_of).toBeUndefined();
  });

  it("joins the tile's filters with the reader's", () => {
    const mine = { dimension: 'channel', in: ['facebook'] };
    const yours = { dimension: 'account', in: ['1'] };
    const q = questionOf(tile({ filters: [mine] }), { ...view, filters: [yours] });
    expect(q.filters).toEqual([mine, yours]);
    expect(q.compare).toBe('previous_period');
  });
});

describe('a drawing', () => {
  const column = { metric: 'spend', title: 'Spend', unit: 'money', decimals: 2 } as const;
  const ratio = { metric: 'mer', title: 'MER', unit: 'ratio', decimals: 4 } as const;
  const answer: Answer = {
    columns: [column, ratio],
    rows: [
      { bucket: '2026-01-01', figures: [{ value: '10', currency: 'EUR' }, { value: '2' }] },
      { bucket: '2026-01-02', figures: [{}, {}] },
      { bucket: '2026-01-03', figures: [{ value: '0', currency: 'EUR' }, {}] },
    ],
    compared: { from: '2025-12-29', to: '2025-12-31', rows: [{ figures: [{ value: '7' }, {}] }] },
    notes: [
      { code: 'still_counting', message: 'Conversions still come in.', days: ['2026-01-03'] },
      { code: 'regime', message: 'Meta counts differently.', days: ['2026-01-02'] },
    ],
    sql: [],
    took_ms: 1,
  };

  it('has a panel for each unit, and no second axis', () => {
    const d = drawingOf(answer, tile({}), '2026-02-01');
    expect(d.panels.map((p) => p.title)).toEqual(['Spend', 'MER']);
    expect(d.panels[0]?.currency).toBe('EUR');
  });

  it('leaves absent figures absent: they are not 0', () => {
    const [spend] = drawingOf(answer, tile({}), '2026-02-01').panels[0]!.series;
    expect(spend?.values).toEqual([10, null, 0]);
    expect(spend?.texts?.[1]).toBe('–');
    expect(spend?.previous).toEqual([7, null, null]);
  });

  it('ends lines before a day that is not over, and still says its figure', () => {
    const [spend] = drawingOf(answer, tile({}), '2026-01-03').panels[0]!.series;
    expect(spend?.values).toEqual([10, null, null]);
    expect(spend?.texts?.[2]).toBe('€0.00');
    expect(drawingOf(answer, tile({ kind: 'bar' }), '2026-01-03').panels[0]?.series[0]?.values).toEqual([10, null, 0]);
    expect(drawingOf(answer, tile({}), '2026-01-01').panels[0]?.series[0]?.values).toEqual([10, null, 0]);
  });

  it.each([
    [['2025-W53', '2026-W01', '2026-W02'], '2026-01-04', 1, 'This week is not over'],
    [['2025-12', '2026-01'], '2026-01-31', 1, 'This month is not over'],
    [['2025-Q4', '2026-Q1'], '2026-02-11', 1, 'This quarter is not over'],
    [['2025-W52', '2026-W01'], '2026-01-05', undefined, undefined],
    [['2026-01-01', '2026-01-02'], '2026-01-02', undefined, undefined],
  ])('marks the period of %s that holds %s, and keeps its figure', (buckets, today, at, text) => {
    const rows = buckets.map((bucket) => ({ bucket, figures: [{ value: '5' }] }));
    const d = drawingOf({ ...answer, compared: undefined, columns: [column], rows, notes: [] }, tile({}), today);
    expect([d.unfinished?.at, d.unfinished?.text]).toEqual([at, text]);
    if (at !== undefined) expect(d.panels[0]?.series[0]?.values[at]).toBe(5);
  });

  it('marks days that still count and changes of counting', () => {
    const d = drawingOf(answer, tile({}), '2026-02-01');
    expect(d.unsettled).toEqual([2]);
    expect(d.regimes).toEqual([{ at: 1, text: 'Meta counts differently.' }]);
  });

  it('has a series for each member', () => {
    const row = (bucket: string, id: string, value: string): Row => ({
      bucket,
      members: [id],
      names: [id],
      figures: [{ value }],
    });
    const by: Answer = {
      ...answer,
      compared: undefined,
      columns: [column],
      rows: [row('2026-01-01', 'a', '1'), row('2026-01-01', 'b', '2'), row('2026-01-02', 'b', '3')],
    };
    const [panel] = drawingOf(by, tile({ kind: 'bar', by: ['channel'] }), '2026-02-01').panels;
    expect(panel?.kind).toBe('stack');
    expect(panel?.series.map((s) => [s.key, s.values])).toEqual([
      ['a', [1, null]],
      ['b', [2, 3]],
    ]);
  });
});

it('sorts absent figures and those that stand for many to the end', () => {
  const row = (id: string, value?: string): Row => ({ members: [id], figures: [{ value }] });
  const rows = [row('(unmatched)', '9'), row('a', '1'), row('b'), row('(others)', '8'), row('c', '3')];
  expect(sorted(rows, 0, true).map((r) => r.members?.[0])).toEqual(['c', 'a', 'b', '(others)', '(unmatched)']);
  expect(sorted(rows, 0, false).map((r) => r.members?.[0])).toEqual(['a', 'c', 'b', '(others)', '(unmatched)']);
});

it('drills down to what there is', () => {
  const shared = (d: string) => d !== 'ad_set';
  expect(below(tile({ kind: 'table', by: ['campaign'] }), shared)).toEqual(['ad', 'creative']);
  expect(below(tile({ kind: 'table', by: ['campaign'], drill: ['ad_set', 'ad'] }), shared)).toEqual(['ad_set', 'ad']);
  expect(below(tile({ kind: 'table', by: ['country'] }), shared)).toEqual([]);
  expect(below(tile({ kind: 'table', by: ['campaign'], grain: 'day' }), shared)).toEqual([]);
});

it('knows ISO weeks', () => {
  expect(['2026-01-01', '2027-01-01', '2020-12-31', '2024-12-30'].map(isoWeek)).toEqual([
    '2026-W01',
    '2026-W53',
    '2020-W53',
    '2025-W01',
  ]);
});

it('the question below opened rows keeps the filters there are', () => {
  const asked = {
    metrics: ['spend'],
    from: '2026-11-01',
    to: '2026-11-07',
    by: ['campaign'],
    totals: true,
    filters: [{ dimension: 'channel', in: ['x'] }],
  };
  const path = ['campaign', 'ad_set', 'ad'];
  expect(questionBelow(asked, path, [])).toBe(asked);
  expect(questionBelow(asked, path, ['1', '2'])).toEqual({
    metrics: ['spend'],
    from: '2026-11-01',
    to: '2026-11-07',
    by: ['ad'],
    filters: [
      { dimension: 'channel', in: ['x'] },
      { dimension: 'campaign', in: ['1'] },
      { dimension: 'ad_set', in: ['2'] },
    ],
  });
});
