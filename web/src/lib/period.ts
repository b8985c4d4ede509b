// Periods: presets, and periods before and after. A day is text, YYYY-MM-DD, and is never shifted by a zone.
import { day } from './format';

export type Range = { from: string; to: string };
export const presets = {
  today: 'Today',
  yesterday: 'Yesterday',
  last_7_days: 'Last 7 days',
  last_28_days: 'Last 28 days',
  last_30_days: 'Last 30 days',
  last_90_days: 'Last 90 days',
  this_month: 'This month',
  last_month: 'Last month',
  this_quarter: 'This quarter',
  last_quarter: 'Last quarter',
  this_year: 'This year',
  last_12_months: 'Last 12 months',
} as const;
export type Preset = keyof typeof presets;

const utc = (d: string) => new Date(`${d}T00:00:00Z`);
const text = (d: Date) => d.toISOString().slice(0, 10);

/** The day n days after another. */
export function plus(d: string, n: number): string {
  const date = utc(d);
  date.setUTCDate(date.getUTCDate() + n);
  return text(date);
}

/** The first day of the month that is n months after that of a day. */
function month(d: string, n: number): string {
  const date = utc(d);
  return text(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + n, 1)));
}

function quarter(d: string, n: number): string {
  const date = utc(d);
  return text(new Date(Date.UTC(date.getUTCFullYear(), (Math.floor(date.getUTCMonth() / 3) + n) * 3, 1)));
}

/** How many days a range has. */
export const length = ({ from, to }: Range) => Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000) + 1;

/** A day of the calendar, of the reader's own zone. */
export function today(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/**
 * The days of a preset. "Last 28 days" ends yesterday, as on the platforms: today is not
 * over. "This month" ends today.
 */
export function resolve(preset: string, on: string): Range {
  const yesterday = plus(on, -1);
  const last = (n: number) => ({ from: plus(on, -n), to: yesterday });
  switch (preset) {
    case 'today':
      return { from: on, to: on };
    case 'yesterday':
      return { from: yesterday, to: yesterday };
    case 'last_7_days':
      return last(7);
    case 'last_30_days':
      return last(30);
    case 'last_90_days':
      return last(90);
    case 'this_month':
      return { from: month(on, 0), to: on };
    case 'last_month':
      return { from: month(on, -1), to: plus(month(on, 0), -1) };
    case 'this_quarter':
      return { from: quarter(on, 0), to: on };
    case 'last_quarter':
      return { from: quarter(on, -1), to: plus(quarter(on, 0), -1) };
    case 'this_year':
      return { from: `${on.slice(0, 4)}-01-01`, to: on };
    case 'last_12_months':
      return { from: month(on, -12), to: plus(month(on, 0), -1) };
    default:
      return last(28);
  }
}

/** The preset that has just these days. */
export function presetOf(range: Range, on: string): Preset | undefined {
  return (Object.keys(presets) as Preset[]).find((p) => {
    const r = resolve(p, on);
    return r.from === range.from && r.to === range.to;
  });
}

/** Whether a range is one or more whole calendar months. */
const months = ({ from, to }: Range) => from.endsWith('-01') && plus(to, 1).endsWith('-01');

/** The period before (-1) or after (1), of the same length; whole months stay whole. */
export function shift(range: Range, step: 1 | -1): Range {
  if (months(range)) {
    const n = (Number(range.to.slice(0, 4)) - Number(range.from.slice(0, 4))) * 12;
    const count = n + Number(range.to.slice(5, 7)) - Number(range.from.slice(5, 7)) + 1;
    return { from: month(range.from, step * count), to: plus(month(range.from, step * count + count), -1) };
  }
  const n = length(range);
  return { from: plus(range.from, step * n), to: plus(range.to, step * n) };
}

/** "31 Oct – 27 Nov 2026" */
export function said({ from, to }: Range): string {
  if (from === to) return day(from);
  return `${day(from, from.slice(0, 4) !== to.slice(0, 4))} – ${day(to)}`;
}

/** What the compared period is called. */
export function againstText(against: string, range: Range): string {
  const n = length(range);
  if (against === 'previous_month') return 'the month before';
  if (against === 'previous_year') return 'the year before';
  if (against === 'previous_period') return n === 1 ? 'the day before' : `the ${n} days before`;
  return 'nothing';
}

const isDay = (d: string | undefined) => !!d && /^\d{4}-\d\d-\d\d$/.test(d) && !Number.isNaN(utc(d).getTime());

/** A range of the address; undefined if it is none. */
export function rangeOf(from: string | undefined, to: string | undefined): Range | undefined {
  return isDay(from) && isDay(to) && from! <= to! ? { from: from!, to: to! } : undefined;
}

/** A bucket as people read it: "12 Nov", "week 1, 2026", "Jan 2026", "Q1 2026". */
export function bucketText(bucket: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(bucket)) return day(bucket, false);
  const week = /^(\d{4})-W(\d\d)$/.exec(bucket);
  if (week) return `Week ${Number(week[2])}, ${week[1]}`;
  if (/^\d{4}-\d\d$/.test(bucket)) return day(`${bucket}-01`).slice(2);
  const q = /^(\d{4})-Q(\d)$/.exec(bucket);
  return q ? `Q${q[2]} ${q[1]}` : bucket;
}
