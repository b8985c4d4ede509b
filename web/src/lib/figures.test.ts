import { describe, expect, it } from 'vitest';
import { withCurrencies, type Answer } from './answer';
import { brief, delta, say, titled, verdict } from './figures';

const money = { unit: 'money', decimals: 2 } as const;

describe('figures', () => {
  it('are "–" where there is none, and never 0', () => {
    expect(say(undefined, money)).toBe('–');
    expect(say({ value: '' }, money)).toBe('–');
    expect(say({ value: '0' }, money)).toContain('0.00');
  });

  it('at 0 have the currency of their column, unless it has several', () => {
    const euros = { figures: [{ value: '5', currency: 'EUR' }] };
    const answer = (...rows: Answer['rows']): Answer => ({
      columns: [{ metric: 'spend', title: 'Spend', ...money }],
      rows: [{ figures: [{ value: '0' }] }, ...rows],
      notes: [],
      took_ms: 1,
    });
    const zero = (a: Answer) => say(a.rows[0]?.figures[0], withCurrencies(a).columns[0]!);
    expect(zero(answer(euros))).toBe('€0.00');
    expect(zero(answer(euros, { figures: [{ value: '5', currency: 'USD' }] }))).toBe('0.00');
    expect(zero(answer())).toBe('0.00');
    const beside = (...others: Answer[]) => withCurrencies(answer(), () => others).columns[0]!;
    expect(say({ value: '0' }, beside(answer(euros)))).toBe('€0.00');
    expect(beside(answer(euros), answer({ figures: [{ value: '5', currency: 'USD' }] })).currency).toBeUndefined();
  });

  it('keep every digit', () => {
    expect(say({ value: '12345678901234567.89', currency: 'EUR' }, money)).toBe('€12,345,678,901,234,567.89');
  });

  it('have their unit', () => {
    expect(say({ value: '88.49', currency: 'EUR' }, money)).toBe('€88.49');
    expect(say({ value: '10672' }, { unit: 'count', decimals: 0 })).toBe('10,672');
    expect(say({ value: '3.6412' }, { unit: 'ratio', decimals: 4 })).toBe('3.64');
    expect(say({ value: '0.014107' }, { unit: 'percent', decimals: 6 })).toBe('1.41%');
    expect(say({ value: 'true' }, { unit: 'text', decimals: 0 })).toBe('true');
    expect(say({ value: '1', currency: '???' }, money)).toContain('1.00');
  });

  it('are short on axes', () => {
    expect(brief(15000, money, 'EUR')).toBe('€15K');
    expect(brief(0.02, { unit: 'percent', decimals: 6 })).toBe('2%');
  });
});

describe('changes', () => {
  it('are said with their sign', () => {
    expect(delta({ value: '0.1298' })).toBe('+13.0%');
    expect(delta({ value: '-0.0213' })).toBe('-2.1%');
    expect(delta({ value: '0' })).toBe('0.0%');
    expect(delta({})).toBe('');
  });

  it('are good or bad only where that is known', () => {
    expect(verdict({ value: '-0.1' }, 'down')).toBe('good');
    expect(verdict({ value: '-0.1' }, 'up')).toBe('bad');
    expect(verdict({ value: '0.1' }, '')).toBeUndefined();
    expect(verdict({ value: '0' }, 'up')).toBeUndefined();
    expect(verdict({}, 'up')).toBeUndefined();
  });
});

it('says that a platform claims', () => {
  expect(titled('platform_conversions', 'Purchases')).toBe('Purchases, claimed');
  expect(titled('roas_platform', 'Platform ROAS')).toBe('Platform ROAS, claimed');
  expect(titled('platform_conversions', 'Claimed purchases')).toBe('Claimed purchases');
  expect(titled('cac', 'CAC')).toBe('CAC');
});
