// A share link while it is made.
import type { Schemas } from '../api/client';
import { presets, said, type Preset } from './period';
import type { Dashboard } from './tile';

export type ShareLink = Schemas['ShareLink'];
export type ShareForm = Pick<
  ShareLink,
  'name' | 'dashboard' | 'lock' | 'days' | 'fee' | 'filters' | 'download' | 'origins' | 'expires'
>;

export type ShareDraft = {
  name: string;
  /** Days until it ends, "date" or "never". */
  ends: string;
  date: string;
  lock: Record<string, string[]>;
  /** "all", a preset or "custom". */
  days: string;
  from: string;
  to: string;
  /** Dimensions that the holder may choose in. */
  open: string[];
  ask: boolean;
  password: string;
  download: boolean;
  /** In percent, as it is typed. */
  fee: string;
  /** One site on each line. */
  origins: string;
};

/** 31 characters that nobody mixes up; 12 of them have 59 bits. */
const letters = 'abcdefghijkmnpqrstuvwxyz2345679';

/** A password that can be read out: three groups of four characters. */
export function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  // Bytes above the last multiple of 31 would make some characters likelier.
  const fair = [...bytes].filter((b) => b < 248).slice(0, 12);
  if (fair.length < 12) return newPassword();
  return fair.map((b, i) => `${i && i % 4 === 0 ? '-' : ''}${letters[b % letters.length]}`).join('');
}

export const dimensionsOf = (board: Dashboard) => [
  ...new Set([...(board.filters ?? []).map((f) => f.dimension), 'account', 'channel', 'campaign']),
];

/** The holder may choose where the dashboard has chosen nothing: elsewhere they would see more than it shows. */
export const newDraft = (board: Dashboard): ShareDraft => ({
  name: '',
  ends: '30',
  date: '',
  lock: {},
  days: 'all',
  from: '',
  to: '',
  open: (board.filters ?? []).filter((f) => !f.in?.length).map((f) => f.dimension),
  ask: true,
  password: newPassword(),
  download: false,
  fee: '',
  origins: '',
});

/** A link that there is, to change it. Its password is known to nobody; empty means that it stays. */
export const draftOf = (l: ShareLink): ShareDraft => ({
  name: l.name,
  ends: l.expires ? 'kept' : 'never',
  date: '',
  lock: Object.fromEntries((l.lock ?? []).map((k) => [k.dimension, k.in])),
  days: l.days?.preset ?? 'all',
  from: l.days?.from ?? '',
  to: l.days?.to ?? '',
  open: l.filters ?? [],
  ask: l.password,
  password: '',
  download: l.download ?? false,
  fee: l.fee ? percentOf(l.fee) : '',
  origins: (l.origins ?? []).join('\n'),
});

/** A percentage as a share, digit by digit: "12.5" is 0.125. Undefined: it is none. */
export function shareOf(percent: string): string | undefined {
  const found = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(percent.trim());
  if (!found) return undefined;
  const whole = (found[1] ?? '').padStart(3, '0');
  return `${whole[0]}.${whole.slice(1)}${found[2] ?? ''}`;
}

/** A share as a percentage: 0.125 is "12.5". */
export function percentOf(share: string): string {
  const [whole = '0', rest = ''] = share.split('.');
  const digits = whole + rest.padEnd(2, '0');
  const at = whole.length + 2;
  const fraction = digits.slice(at).replace(/0+$/, '');
  return `${digits.slice(0, at).replace(/^0+(?=\d)/, '')}${fraction && `.${fraction}`}`;
}

function expiry(d: ShareDraft, now: Date, old?: ShareLink): string | undefined {
  if (d.ends === 'kept') return old?.expires;
  if (d.ends === 'never') return undefined;
  if (d.ends === 'date') return d.date ? `${d.date}T23:59:59Z` : undefined;
  return new Date(now.getTime() + Number(d.ends) * 86_400_000).toISOString();
}

function daysOf(d: ShareDraft): ShareForm['days'] {
  if (d.days === 'all') return undefined;
  if (d.days !== 'custom') return { preset: d.days as Preset };
  return { preset: 'custom', from: d.from, to: d.to };
}

export function formOf(d: ShareDraft, dashboard: string, now: Date, old?: ShareLink): ShareForm {
  const lock = Object.entries(d.lock)
    // A lock that there is can be on nothing, so that the link shows no rows.
    .filter(([name, members]) => members.length || old?.lock?.some((l) => l.dimension === name && !l.in.length))
    .map(([dimension, members]) => ({ dimension, in: members }));
  const origins = d.origins.split(/\s+/).filter(Boolean);
  const [days, expires, fee] = [daysOf(d), expiry(d, now, old), d.fee.trim() && shareOf(d.fee)];
  return {
    name: d.name.trim(),
    dashboard,
    ...(lock.length && { lock }),
    ...(days && { days }),
    ...(fee && { fee }),
    ...(d.open.length && { filters: d.open }),
    ...(d.download && { download: true }),
    ...(origins.length && { origins }),
    ...(expires && { expires }),
  };
}

/** What becomes of the password of a link that is changed; undefined: it stays. */
export function newSecret(d: ShareDraft, old: ShareLink): string | undefined {
  if (!d.ask) return old.password ? '' : undefined;
  return d.password || undefined;
}

/** Why a link cannot be made or changed yet; empty: it can. */
export function missing(d: ShareDraft, old?: ShareLink): string {
  if (!d.name.trim()) return 'Say whom the link is for.';
  if (d.ends === 'date' && !d.date) return 'Choose the day on which it ends.';
  if (d.days === 'custom' && !(d.from && d.to && d.from <= d.to)) return 'Choose a first and a last day.';
  if (d.ask && d.password.length < 8 && !(old?.password && !d.password))
    return 'The password needs at least 8 characters.';
  if (d.fee.trim() && shareOf(d.fee) === undefined) return 'Write the fee as a percentage, such as 15 or 12.5.';
  return '';
}

/** The days of a lock in words. */
export function daysText(days: NonNullable<ShareForm['days']>): string {
  if (days.preset !== 'custom') return presets[days.preset as Preset] ?? days.preset;
  return days.from && days.to ? said({ from: days.from, to: days.to }) : '';
}
