// What a statement can continue with at the caret: tables, columns and words of SQL.
import type { Schemas } from '../api/client';

type Table = Schemas['SQLTable'];
export type Option = { text: string; kind: 'table' | 'column' | 'word' | 'dataset'; note: string };
export type Completion = { from: number; options: Option[] };

const words =
  'SELECT FROM WHERE GROUP BY ORDER LIMIT JOIN LEFT ON USING AND OR NOT IN BETWEEN LIKE AS DISTINCT HAVING QUALIFY WITH CASE WHEN THEN ELSE END NULL DESC ASC UNION ALL OVER PARTITION sum count avg min max round coalesce date_trunc strftime current_date'.split(
    ' ',
  );
const most = 8;

/** A name as it must be written. */
export const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
export const fullName = (t: Table) => `${quoted(t.dataset)}.${quoted(t.name)}`;

const reserved = new Set('on using where join left right full inner group order limit select from as'.split(' '));

/** The tables that a statement reads, by the names under which it reads them. */
export function tablesOf(text: string, tables: Table[]): Map<string, Table> {
  const found = new Map<string, Table>();
  for (const m of text.matchAll(/\b(?:from|join|,)\s+([\w"]+)\.([\w"]+)(?:\s+(?:as\s+)?(\w+))?/gi)) {
    const [dataset, name] = [m[1]!, m[2]!].map((n) => n.replaceAll('"', '').toLowerCase());
    const table = tables.find((t) => t.dataset.toLowerCase() === dataset && t.name.toLowerCase() === name);
    if (!table) continue;
    found.set(table.name.toLowerCase(), table);
    if (m[3] && !reserved.has(m[3].toLowerCase())) found.set(m[3].toLowerCase(), table);
  }
  return found;
}

const columns = (t: Table): Option[] =>
  t.columns.map((c) => ({ text: quoted(c.name), kind: 'column', note: `${c.type} · ${t.name}` }));

/** Whether the caret is in a text or a comment, where nothing is completed. */
function inText(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return (before.split("'").length - 1) % 2 === 1 || line.includes('--');
}

export function complete(text: string, caret: number, tables: Table[]): Completion {
  const before = text.slice(0, caret);
  const typed = /[\w.]*$/.exec(before)![0];
  const dot = typed.lastIndexOf('.');
  const word = typed.slice(dot + 1).toLowerCase();
  const from = caret - word.length;
  if (inText(before) || (dot < 0 && !word)) return { from, options: [] };
  const read = tablesOf(text, tables);
  let all: Option[];
  if (dot >= 0) {
    const owner = typed.slice(0, dot).toLowerCase();
    const table = read.get(owner);
    all = table
      ? columns(table)
      : tables
          .filter((t) => t.dataset.toLowerCase() === owner)
          .map((t) => ({ text: quoted(t.name), kind: 'table', note: t.description }));
  } else {
    const datasets = [...new Set(tables.map((t) => t.dataset))];
    all = [
      ...[...new Set(read.values())].flatMap(columns),
      ...datasets.map((d): Option => ({ text: quoted(d), kind: 'dataset', note: 'dataset' })),
      ...tables.map((t): Option => ({ text: fullName(t), kind: 'table', note: t.description })),
      ...words.map((w): Option => ({ text: w, kind: 'word', note: '' })),
    ];
  }
  const starts = (o: Option) => o.text.toLowerCase().replaceAll('"', '').startsWith(word);
  const holds = (o: Option) => word.length > 1 && o.kind !== 'word' && o.text.toLowerCase().includes(word);
  const options = [...all.filter(starts), ...all.filter((o) => !starts(o) && holds(o))];
  const shown = options.filter((o, i) => options.findIndex((p) => p.text === o.text) === i).slice(0, most);
  // What is already written in full needs no help.
  return { from, options: shown.length === 1 && shown[0]!.text.toLowerCase() === word ? [] : shown };
}
