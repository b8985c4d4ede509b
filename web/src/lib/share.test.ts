import { describe, expect, it } from 'vitest';
import {
  formOf,
  missing,
  newDraft,
  newPassword,
  percentOf,
  shareOf,
  draftOf,
  newSecret,
  type ShareLink,
} from './share';
import type { Dashboard } from './tile';

const board = { filters: [{ dimension: 'channel', in: ['x'] }, { dimension: 'campaign' }] } as Dashboard;
const now = new Date('2026-11-28T12:00:00Z');

describe('a fee', () => {
  it.each([
    ['15', '0.15'],
    ['12.5', '0.125'],
    ['7,25', '0.0725'],
    ['115', '1.15'],
    ['0', '0.00'],
  ])('%s %% is %s', (percent, share) => {
    expect(shareOf(percent)).toBe(share);
    expect(percentOf(share)).toBe(percent.replace(',', '.'));
  });
  it.each(['', 'x', '-1', '1.234', '1e3', '1000'])('%j is none', (text) => expect(shareOf(text)).toBeUndefined());
});

describe('the form', () => {
  it('opens the filters that the dashboard leaves open', () => {
    const form = formOf({ ...newDraft(board), name: ' Board ' }, 'performance', now);
    expect(form).toEqual({
      name: 'Board',
      dashboard: 'performance',
      filters: ['campaign'],
      expires: '2026-12-28T12:00:00.000Z',
    });
  });
  it('has what was chosen', () => {
    const draft = {
      ...newDraft(board),
      ends: 'date',
      date: '2026-12-31',
      lock: { account: ['1'], campaign: [] },
      days: 'custom',
      from: '2026-01-01',
      to: '2026-01-31',
      open: [],
      download: true,
      fee: '15',
      origins: 'https://a.example\nhttps://b.example ',
    };
    expect(formOf(draft, 'd', now)).toEqual({
      name: '',
      dashboard: 'd',
      lock: [{ dimension: 'account', in: ['1'] }],
      days: { preset: 'custom', from: '2026-01-01', to: '2026-01-31' },
      fee: '0.15',
      download: true,
      origins: ['https://a.example', 'https://b.example'],
      expires: '2026-12-31T23:59:59Z',
    });
  });
  it('says what is missing', () => {
    const draft = { ...newDraft(board), name: 'x' };
    expect(missing(draft)).toBe('');
    for (const more of [{ name: ' ' }, { ends: 'date' }, { days: 'custom' }, { password: 'short' }, { fee: 'x' }])
      expect(missing({ ...draft, ...more })).not.toBe('');
    expect(missing({ ...draft, ask: false, password: '' })).toBe('');
  });
});

it('makes passwords that differ', () => {
  const all = new Set(Array.from({ length: 200 }, newPassword));
  expect(all.size).toBe(200);
  for (const p of all) expect(p).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
});

describe('a link that is changed', () => {
  const link = {
    name: 'Board',
    expires: '2026-12-01T10:00:00Z',
    lock: [
      { dimension: 'account', in: ['1'] },
      { dimension: 'campaign', in: [] },
    ],
    days: { preset: 'custom', from: '2026-01-01', to: '2026-01-31' },
    filters: ['channel'],
    fee: '0.125',
    download: true,
    origins: ['https://a.example', 'https://b.example'],
    password: true,
  } as unknown as ShareLink;

  it('stays as it is, also a lock on nothing', () => {
    const { password, ...form } = link;
    expect(password).toBe(true);
    expect(formOf(draftOf(link), 'performance', new Date(), link)).toEqual({ ...form, dashboard: 'performance' });
    expect(missing(draftOf(link), link)).toBe('');
    expect(newSecret(draftOf(link), link)).toBeUndefined();
  });

  it('loses its password, or has a new one', () => {
    expect(newSecret({ ...draftOf(link), ask: false }, link)).toBe('');
    expect(newSecret({ ...draftOf(link), password: 'fjord-87-lampa' }, link)).toBe('fjord-87-lampa');
    expect(missing({ ...draftOf(link), password: 'short' }, link)).toMatch(/8 characters/);
    expect(missing({ ...draftOf({ ...link, password: false }), ask: true }, link.password ? undefined : link)).toMatch(
      /8/,
    );
  });
});
