// What the API answers to a question about metrics.

export type Refused = { code: string; message: string; hint: string };
export type Figure = { value?: string; currency?: string; refused?: Refused };
export type Unit = 'money' | 'count' | 'ratio' | 'percent' | 'text';
export type Column = { metric: string; title: string; unit: string; decimals: number; better?: string };
export type Row = {
  bucket?: string;
  members?: string[] | null;
  names?: string[] | null;
  figures: Figure[];
  previous?: Figure[] | null;
  change?: Figure[] | null;
  /** Path of the picture of an ad or a creative. */
  picture?: string;
};
export type Note = { code: string; message: string; days?: string[] | null };
export type Statement = { sql: string; values?: unknown[] | null };
export type Compared = {
  from: string;
  to: string;
  total?: Figure[] | null;
  change?: Figure[] | null;
  rows?: Row[] | null;
};
export type Answer = {
  columns: Column[];
  rows: Row[];
  total?: Figure[] | null;
  compared?: Compared;
  notes?: Note[] | null;
  as_of?: string;
  sql?: Statement[] | null;
  took_ms?: number;
};

export type Grain = 'day' | 'iso_week' | 'month' | 'quarter' | 'fiscal_month' | 'fiscal_quarter';
export type Against = 'previous_period' | 'previous_month' | 'previous_year';
export type Filter = { dimension: string; in?: string[] | null; not_in?: string[] | null };
export type Query = {
  metrics: string[];
  from: string;
  to: string;
  grain?: Grain;
  by?: string[];
  filters?: Filter[];
  currency?: string;
  compare?: Against;
  totals?: boolean;
  top?: { n: number; by: string };
};

export type Metric = {
  name: string;
  title: string;
  description: string;
  formula?: string;
  caveat?: string;
  unit: string;
  decimals: number;
  better?: string;
  dimensions?: string[] | null;
  models?: string[] | null;
  own?: boolean;
};
export type Dimension = { name: string; title: string; models?: string[] | null };
export type Member = { id: string; name: string };

/** Members that stand for many, and have no page or rows of their own. */
export const gathered = (id: string | undefined) => id === '(others)' || id === '(unmatched)' || id === '(none)';

/** The name that people read, for the first dimension or for all of them. */
export const nameOf = (row: Row) => (row.names ?? row.members ?? []).join(' · ');

/** Days of a note by its code, for marks in charts. */
export const daysOf = (notes: Note[] | null | undefined, code: string) =>
  (notes ?? []).filter((n) => n.code === code).flatMap((n) => n.days ?? []);

/** A figure as a number, for lengths and positions only; what people read is its text. */
export function size(f: Figure | undefined): number | null {
  return f?.value === undefined || f.value === '' || f.refused ? null : Number(f.value);
}

/** The query without what is empty, so that the same question has one key. */
export function question(q: Query): Query {
  return {
    metrics: q.metrics,
    from: q.from,
    to: q.to,
    ...(q.grain && { grain: q.grain }),
    ...(q.by?.length && { by: q.by }),
    ...(q.filters?.length && { filters: q.filters }),
    ...(q.currency && { currency: q.currency }),
    ...(q.compare && { compare: q.compare }),
    ...(q.totals && { totals: true }),
    ...(q.top && { top: q.top }),
  };
}
