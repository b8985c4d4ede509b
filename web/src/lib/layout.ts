// Places boxes in columns and draws what joins them. Nothing here knows what a box is.
import { mean } from 'd3-array';
import { linkHorizontal } from 'd3-shape';

export type Node = { id: string; height: number; layer: number };
/** An edge leaves `from` on its right and enters `to` on its left; y counts from each box's top. */
export type Edge = { from: string; to: string; fromY: number; toY: number };
export type Place = { x: number; y: number; width: number; height: number };
export type Spacing = { width: number; between: number; below: number; margin: number };
export type Layout = { places: Map<string, Place>; width: number; height: number };

/**
 * The layer of each box: one to the right of all that it refers to. A circle of references
 * ends where it began.
 */
export function layersOf(ids: string[], references: { from: string; to: string }[]): Map<string, number> {
  const targets = new Map<string, string[]>();
  for (const r of references) targets.set(r.from, [...(targets.get(r.from) ?? []), r.to]);
  const layers = new Map<string, number>();
  const open = new Set<string>();
  const layer = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    open.add(id);
    const below = (targets.get(id) ?? []).filter((t) => !open.has(t)).map((t) => layer(t) + 1);
    open.delete(id);
    const n = Math.max(0, ...below);
    layers.set(id, n);
    return n;
  };
  ids.forEach(layer);
  return layers;
}

/**
 * Places each layer as a column. Within a column a box stands near the boxes on its left
 * that it is joined to, so that few lines cross.
 */
export function place(nodes: Node[], edges: Edge[], s: Spacing): Layout {
  const places = new Map<string, Place>();
  const columns = new Map<number, Node[]>();
  for (const n of nodes) columns.set(n.layer, [...(columns.get(n.layer) ?? []), n]);
  const order = [...columns.keys()].toSorted((a, b) => a - b);
  let width = 2 * s.margin;
  let height = 2 * s.margin;
  order.forEach((layer, column) => {
    const x = s.margin + column * (s.width + s.between);
    let y = s.margin;
    for (const n of sorted(columns.get(layer) ?? [], edges, places)) {
      places.set(n.id, { x, y, width: s.width, height: n.height });
      y += n.height + s.below;
    }
    width = Math.max(width, x + s.width + s.margin);
    height = Math.max(height, y - s.below + s.margin);
  });
  return { places, width, height };
}

function sorted(column: Node[], edges: Edge[], places: Map<string, Place>): Node[] {
  const middle = (id: string) => {
    const p = places.get(id);
    return p && p.y + p.height / 2;
  };
  const wish = new Map(
    column.map((n) => [
      n.id,
      mean(
        edges.filter((e) => e.to === n.id || e.from === n.id),
        (e) => middle(e.to === n.id ? e.from : e.to),
      ) ?? 0,
    ]),
  );
  return column.toSorted((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0));
}

const curve = linkHorizontal<unknown, [number, number]>();

/** The line of an edge; undefined if one of its ends has no place. */
export function lineOf(e: Edge, places: Map<string, Place>): string | undefined {
  const from = places.get(e.from);
  const to = places.get(e.to);
  if (!from || !to) return undefined;
  return (
    curve({
      source: [from.x + from.width, from.y + e.fromY],
      target: [to.x, to.y + e.toY],
    } as never) ?? undefined
  );
}
