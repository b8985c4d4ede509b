// What the API answers to a question about metrics.

import type { Schemas } from '../api/problem';
import { visible } from './format';

export type Figure = Schemas['QueryFigure'];
/** A metric; its currency is that of all of its figures, if they have one. */
export type Column = Schemas['QueryColumn'] & { currency?: string };
/** A row; an ad may have the path of its picture. */
export type Row = Schemas['QueryRow'];
export type Note = Schemas['QueryNote'];
export type Statement = Schemas['QuerySQL'];
/** An answer with the grain of its question. Share links give no SQL. */
export type Answer = Omit<Schemas['QueryAnswer'], 'columns' | 'rows' | 'sql'> & {
  columns: Column[];
  rows: Row[];
  sql?: Statement[] | null;
  grain?: string;
};
export type Query = Schemas['QueryRequest'];
export type Grain = Exclude<Query['grain'], '' | undefined>;
export type Against = Exclude<Query['compare'], '' | undefined>;
export type Filter = Schemas['Filter'];
export type Metric = Schemas['MetricDefinition'];
/** What a reader is told of a metric; those who have no account are not told what it is made of. */
export type MetricText = Pick<Metric, 'description'> & Partial<Metric>;
export type Dimension = Schemas['Dimension'];
export type Member = Schemas['Member'];

/** Members that stand for many, and have no page or rows of their own. */
export const gathered = (id: string | undefined) =>
  ['(others)', '(not in ads)', '(unmatched)', '(none)'].includes(id ?? '');

/** The name that people read, for the first dimension or for all of them. */
export const nameOf = (row: Row) => visible((row.names ?? row.members ?? []).join(' · '));

/** Days of a note by its code, for marks in charts. */
export const daysOf = (notes: Note[] | null | undefined, code: string) =>
  (notes ?? []).filter((n) => n.code === code).flatMap((n) => n.days ?? []);

/** A figure as a number, for lengths and positions only; what people read is its text. */
export function size(f: Figure | undefined): number | null {
  return f?.value === undefined || f.value === '' || f.refused ? null : Number(f.value);
}

/** The figures of each column, by place. */
function figuresAt(at: number, { rows, total, compared }: Answer): (Figure | undefined)[] {
  const all = [...rows, ...(compared?.rows ?? [])].flatMap((r) => [r.figures, r.previous]);
  return [...all, total, compared?.total].map((figures) => figures?.[at]);
}

/** The currencies of some columns of an answer. */
const currenciesOf = (answer: Answer, at: number[]) =>
  at.flatMap((i) => figuresAt(i, answer).flatMap((f) => f?.currency || []));

/**
 * The answer with the currency of each column, if all of its figures have the same one. A cell
 * without rows is 0 and has no currency of its own. If no figure of a column has one, those of
 * the other answers on the page say it.
 */
export function withCurrencies(answer: Answer, others: () => Iterable<Answer> = () => []): Answer {
  const page = () => [...others()].flatMap((a) => currenciesOf(a, [...a.columns.keys()]));
  const columns = answer.columns.map((c, i) => {
    if (c.unit !== 'money') return c;
    const own = currenciesOf(answer, [i]);
    const found = new Set(own.length ? own : page());
    return found.size === 1 ? { ...c, currency: [...found][0] } : c;
  });
  return { ...answer, columns };
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
    ...(q.as_of && q.as_of !== q.to && { as_of: q.as_of }),
  };
}
