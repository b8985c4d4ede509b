// What the data diagram shows: boxes of tables with their keys, and what feeds what.
import { group } from 'd3-array';
import type { Schemas } from '../api/client';
import type { Shape } from '../parts/state';
import { layersOf, place, type Edge, type Layout } from './layout';

export type Diagram = Schemas['Diagram'];
export type Table = Diagram['tables'][number];
export type Reference = Diagram['references'][number];
export type Lineage = Schemas['Lineage'];
export type LineageNode = Lineage['nodes'][number];

export const head = 28;
export const row = 17;
const foot = 6;

export type Box = { table: Table; rows: { name: string; key: boolean; refers: boolean }[]; more: number };
export type Line = Edge & { reference: Reference };

/** A box names the columns of the key and those that refer to another table. */
export function boxOf(table: Table, references: Reference[]): Box {
  const refers = new Set(references.filter((r) => r.table === table.name).flatMap((r) => r.columns));
  const named = new Set(references.filter((r) => r.to_table === table.name).flatMap((r) => r.to_columns));
  const rows = table.columns
    .filter((c) => c.key || refers.has(c.name) || named.has(c.name))
    .map((c) => ({ name: c.name, key: c.key, refers: refers.has(c.name) }));
  return { table, rows, more: table.columns.length - rows.length };
}

export const heightOf = (b: Box) => head + (b.rows.length + (b.more > 0 ? 1 : 0)) * row + foot;

/** Where a column's line meets its box. */
function yOf(b: Box | undefined, column: string | undefined): number {
  const at = b?.rows.findIndex((r) => r.name === column) ?? -1;
  return at < 0 ? head / 2 : head + (at + 0.5) * row;
}

/** Places every table to the right of those that it refers to, with a line for each reference. */
export function tablesLayout(d: Diagram): { boxes: Box[]; lines: Line[]; layout: Layout } {
  const boxes = d.tables.map((t) => boxOf(t, d.references));
  const byName = new Map(boxes.map((b) => [b.table.name, b]));
  // The line starts at the table that is referred to, so that it reads from left to right.
  const lines = d.references.map((r) => ({
    reference: r,
    from: r.to_table,
    to: r.table,
    fromY: yOf(byName.get(r.to_table), r.to_columns[0]),
    toY: yOf(byName.get(r.table), r.columns[0]),
  }));
  const layers = layersOf(
    boxes.map((b) => b.table.name),
    d.references.map((r) => ({ from: r.table, to: r.to_table })),
  );
  const nodes = boxes.map((b) => ({
    id: b.table.name,
    height: heightOf(b),
    layer: layers.get(b.table.name) ?? 0,
  }));
  return { boxes, lines, layout: place(nodes, lines, { width: 196, between: 64, below: 16, margin: 12 }) };
}

export type FlowNode = LineageNode & { members: string[] };
export const flowHeight = 46;
const flowLayers = { source: 0, dataset: 1, view: 2, foreign: 3 } as const;

/** The views of a dataset are one box, unless that dataset is open: there are many. */
export function grouped(l: Lineage, open: string): { nodes: FlowNode[]; edges: Lineage['edges'] } {
  const into = new Map(l.edges.map((e) => [e.downstream, e.upstream]));
  const views = group(
    l.nodes.filter((n) => n.kind === 'view'),
    (n) => into.get(n.id) ?? '',
  );
  const renamed = new Map<string, string>();
  const nodes: FlowNode[] = l.nodes.filter((n) => n.kind !== 'view').map((n) => ({ ...n, members: [] }));
  for (const [dataset, members] of views) {
    const [first] = members;
    if (!first) continue;
    if (dataset === open || members.length === 1) {
      nodes.push(...members.map((n) => ({ ...n, members: [] })));
      continue;
    }
    const id = `views:${dataset}`;
    nodes.push({ ...first, id, name: `${members.length} views`, members: members.map((m) => m.name) });
    for (const m of members) renamed.set(m.id, id);
  }
  const edges = l.edges.map((e) => ({
    upstream: renamed.get(e.upstream) ?? e.upstream,
    downstream: renamed.get(e.downstream) ?? e.downstream,
  }));
  const once = new Map(edges.map((e) => [`${e.upstream} ${e.downstream}`, e]));
  return { nodes, edges: [...once.values()] };
}

export function flowLayout(nodes: FlowNode[], edges: Lineage['edges']): { lines: Edge[]; layout: Layout } {
  const lines = edges.map((e) => ({
    from: e.upstream,
    to: e.downstream,
    fromY: flowHeight / 2,
    toY: flowHeight / 2,
  }));
  const placed = nodes.map((n) => ({ id: n.id, height: flowHeight, layer: flowLayers[n.kind] }));
  return { lines, layout: place(placed, lines, { width: 232, between: 56, below: 10, margin: 12 }) };
}

export const stateShapes: Record<string, Shape> = {
  fine: 'ok',
  running: 'run',
  waiting: 'wait',
  soon: 'soon',
  expired: 'bad',
  incomplete: 'part',
  failed: 'bad',
  new: 'idle',
};

export const stateWords: Record<string, string> = {
  fine: 'up to date',
  running: 'syncing',
  waiting: 'waiting for Meta',
  soon: 'token expires soon',
  expired: 'token expired',
  incomplete: 'incomplete',
  failed: 'failed',
  new: 'not synced yet',
};

/** "Belongs to": the tables that a table refers to, each once. */
export const parentsOf = (table: string, references: Reference[]): string[] => [
  ...new Set(references.filter((r) => r.table === table).map((r) => r.to_table)),
];

/** What to know when joining a table. */
export const notesOf = (table: string, references: Reference[]): string[] => [
  ...new Set(references.flatMap((r) => (r.table === table && r.note ? [r.note] : []))),
];
