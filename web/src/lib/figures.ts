// Figures of answers as text. They are decimal text, and are never computed with here.
import type { Column, Figure } from './answer';
import { absent } from './format';

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;

type Shown = Pick<Column, 'unit' | 'decimals' | 'currency'>;

/** Intl reads decimal text exactly; a number would lose digits. */
const exact = (options: Intl.NumberFormatOptions, value: string) =>
  new Intl.NumberFormat(locale, options).format(value as `${number}`);

const fixed = (n: number) => ({ minimumFractionDigits: n, maximumFractionDigits: n });

function money(value: string, currency: string | undefined, decimals: number): string {
  if (!currency) return exact(fixed(decimals), value);
  try {
    return exact({ style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...fixed(decimals) }, value);
  } catch {
    return `${currency} ${exact(fixed(decimals), value)}`; // a currency that the browser does not know
  }
}

/** A figure as people read it; "–" if there is none. */
export function say(f: Figure | undefined, c: Shown): string {
  if (f?.value === undefined || f.value === '') return absent;
  if (c.unit === 'text') return f.value;
  if (c.unit === 'money') return money(f.value, f.currency || c.currency, c.decimals);
  if (c.unit === 'percent') return exact({ style: 'percent', ...fixed(2) }, f.value);
  return exact(fixed(c.unit === 'ratio' ? Math.min(c.decimals, 2) : c.decimals), f.value);
}

/** A figure in few characters, for axes. */
export function brief(n: number, c: Shown, currency?: string): string {
  const options: Intl.NumberFormatOptions =
    c.unit === 'percent'
      ? { style: 'percent', maximumFractionDigits: 1 }
      : { notation: 'compact', maximumFractionDigits: n !== 0 && Math.abs(n) < 10 ? 2 : 1 };
  if (c.unit === 'money' && currency) {
    try {
      return new Intl.NumberFormat(locale, {
        ...options,
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: 0,
      }).format(n);
    } catch {
      return `${currency} ${new Intl.NumberFormat(locale, options).format(n)}`;
    }
  }
  return new Intl.NumberFormat(locale, options).format(n);
}

/** A change such as "+13.0%"; empty if it is not known. */
export function delta(change: Figure | undefined): string {
  if (change?.value === undefined || change.value === '' || change.refused) return '';
  return exact({ style: 'percent', signDisplay: 'exceptZero', ...fixed(1) }, change.value);
}

/** Whether a change is for the better; undefined if nobody knows, or nothing has changed. */
export function verdict(change: Figure | undefined, better: string | undefined): 'good' | 'bad' | undefined {
  const sign = Math.sign(Number(change?.value ?? 0));
  if (!sign || change?.refused || (better !== 'up' && better !== 'down')) return undefined;
  return sign > 0 === (better === 'up') ? 'good' : 'bad';
}

/** Whether a metric is what platforms claim: then its name says so. */
const claims = /^(platform_|roas_platform$|over_claim|cost_per_claimed$|claimed_)/;

/** The title of a metric; what platforms claim is always labelled. */
export function titled(metric: string, title: string): string {
  return claims.test(metric) && !/claim/i.test(title) ? `${title}, claimed` : title;
}
