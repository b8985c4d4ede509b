import { describe, expect, it } from 'vitest';
import {
  absent,
  bytes,
  count,
  day,
  duration,
  every,
  list,
  money,
  number,
  percent,
  relative,
  visible,
  when,
} from './format';
import { nextPath } from './gate';

const now = new Date('2026-11-28T09:00:00Z');

describe('absent is not zero', () => {
  it('in numbers', () => {
    expect(number(undefined)).toBe(absent);
    expect(number(0)).toBe('0');
  });
  it('in amounts', () => {
    expect(money(undefined, 'EUR')).toBe(absent);
    expect(money('0', 'EUR')).toMatch(/0\.00/);
  });
  it('in shares', () => {
    expect(percent(undefined)).toBe(absent);
    expect(percent(0)).toMatch(/^0/);
  });
});

describe('money', () => {
  it('tells dollars apart', () => {
    expect(money('1', 'AUD')).not.toBe(money('1', 'USD'));
  });
  it('shows a currency that the browser does not know', () => {
    expect(money('5', '???')).toBe('??? 5');
  });
});

describe('times', () => {
  it.each([
    ['2026-11-28T08:59:50Z', 'just now'],
    ['2026-11-28T08:13:00Z', '47 minutes ago'],
    ['2026-12-04T11:20:00Z', 'in 6 days'],
  ])('%s is %s', (t, want) => expect(relative(t, now)).toBe(want));

  it('names the days next to today', () => {
    expect(when('2026-11-28T09:00:00Z', now)).toMatch(/^today, /);
    expect(when('2026-11-27T09:00:00Z', now)).toMatch(/^yesterday, /);
    expect(when('2025-01-02T09:00:00Z', now)).toMatch(/^2 Jan 2025, /);
  });

  it('never shifts a day of an account', () => {
    expect(day('2026-11-12')).toBe('12 Nov 2026');
  });

  it.each([
    [42, '42 s'],
    [252, '4 min 12 s'],
    [11_400, '3 h 10 min'],
    [4 * 86_400, '4 days'],
  ])('%d seconds are %s', (s, want) => expect(duration(s)).toBe(want));

  it.each([
    [60, 'hour'],
    [15, '15 minutes'],
    [120, '2 hours'],
    [1440, 'day'],
  ])('every %d minutes is every %s', (m, want) => expect(every(m)).toBe(want));
});

it('counts things', () => {
  expect(count(1, 'account')).toBe('1 account');
  expect(count(2, 'account')).toBe('2 accounts');
  expect(list(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  expect(bytes(1_500_000)).toBe('1.5 MB');
});

describe('nextPath', () => {
  it.each([
    ['/sources/7?days=28#x', '/sources/7?days=28#x'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    [null, '/'],
  ])('%s leads to %s', (next, want) => expect(nextPath(next)).toBe(want));
});

it('shows what would turn a name around', () => {
  expect(visible('Sale \u202egnp.exe')).toBe('Sale \ufffdgnp.exe');
  expect(visible('\u2067x\u2069')).toBe('\ufffdx\ufffd');
  expect(visible('عرض ☀')).toBe('عرض ☀');
});
