// Numbers, money and times for people, in the reader's format. Absent is "–", never 0.

export const absent = '–';

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;

/** The zone in which times are shown: the reader's. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

export function number(n: number | null | undefined): string {
  return n === null || n === undefined || Number.isNaN(n) ? absent : whole.format(n);
}

const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 2 });

/** A large number in few characters: 1.84M. */
export function compact(n: number | null | undefined): string {
  return n === null || n === undefined ? absent : short.format(n);
}

/** An amount of money. The API sends decimals as text, so that no digit is lost. */
export function money(amount: string | number | null | undefined, currency: string | undefined): string {
  if (amount === null || amount === undefined || amount === '') return absent;
  const value = Number(amount);
  if (!currency) return new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(value);
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'symbol' }).format(value);
  } catch {
    return `${currency} ${whole.format(value)}`; // a currency that the browser does not know
  }
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return absent;
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: share > 0 && share < 0.01 ? 1 : 0,
  }).format(share);
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(n: number): string {
  let power = 0;
  while (n >= 1000 && power < units.length - 1) {
    n /= 1000;
    power++;
  }
  return `${n >= 10 || power === 0 ? Math.round(n) : n.toFixed(1)} ${units[power]}`;
}

/** "1 account", "2 accounts". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

export function list(words: string[], most = 3): string {
  if (words.length > most) return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(words);
}

/** A duration: "4 min 12 s", "3 h 10 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 ? `${minutes} min ${s % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return count(Math.floor(hours / 24), 'day');
}

/** A rough duration: "about 5 hours". */
export function about(seconds: number): string {
  if (seconds < 90) return 'about a minute';
  if (seconds < 90 * 60) return `about ${Math.round(seconds / 60)} minutes`;
  if (seconds < 36 * 3600) return `about ${Math.round(seconds / 3600)} hours`;
  return `about ${Math.round(seconds / 86_400)} days`;
}

type Moment = string | Date | null | undefined;

function parts(d: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(d);
}

const dayKey = (d: Date) => parts(d, { year: 'numeric', month: '2-digit', day: '2-digit' });

/** "09:08" */
export function clock(t: Moment): string {
  return t ? parts(new Date(t), { hour: '2-digit', minute: '2-digit' }) : absent;
}

/** "today, 09:08", "yesterday, 23:40", "Fri 4 Dec, 11:20", "4 Dec 2025, 11:20" */
export function when(t: Moment, now = new Date()): string {
  if (!t) return absent;
  const d = new Date(t);
  const day = 86_400_000;
  for (const [word, shift] of [
    ['today', 0],
    ['yesterday', -day],
    ['tomorrow', day],
  ] as const) {
    if (dayKey(d) === dayKey(new Date(now.getTime() + shift))) return `${word}, ${clock(d)}`;
  }
  return `${date(d, now)}, ${clock(d)}`;
}

/** "09:08" today, and with the day otherwise. */
export function recent(t: Moment, now = new Date()): string {
  return t && dayKey(new Date(t)) === dayKey(now) ? clock(t) : when(t, now);
}

/** "Fri 4 Dec", with the year if it is another one or far away. */
export function date(t: Moment, now = new Date()): string {
  if (!t) return absent;
  const d = new Date(t);
  const far =
    Math.abs(d.getTime() - now.getTime()) > 180 * 86_400_000 ||
    parts(d, { year: 'numeric' }) !== parts(now, { year: 'numeric' });
  return far
    ? parts(d, { day: 'numeric', month: 'short', year: 'numeric' })
    : parts(d, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
}

/** "in 6 days", "47 minutes ago" */
export function relative(t: Moment, now = new Date()): string {
  if (!t) return absent;
  const seconds = (new Date(t).getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  const size = Math.abs(seconds);
  if (size < 60) return seconds <= 0 ? 'just now' : 'in less than a minute';
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 36 * 3600) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** The whole moment with its zone, for tooltips. */
export function full(t: Moment): string {
  if (!t) return absent;
  return `${parts(new Date(t), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })} (${zone})`;
}

/** A day of the API, such as 2026-11-12, as "12 Nov 2026". It belongs to the account's zone and is never shifted. */
export function day(d: string | null | undefined, withYear = true): string {
  if (!d) return absent;
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    ...(withYear && { year: 'numeric' }),
  }).format(new Date(`${d}T00:00:00Z`));
}

/** "hour", "15 minutes", "2 hours" for "every …". */
export function every(minutes: number): string {
  if (minutes === 1440) return 'day';
  if (minutes % 60 === 0) return minutes === 60 ? 'hour' : `${minutes / 60} hours`;
  return `${minutes} minutes`;
}

/** A name whose characters that change the direction of text can be seen: they could make it read as another. */
export const visible = (name: string): string => name.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
