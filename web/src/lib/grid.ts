// Tiles on a grid of twelve columns. Two tiles never overlap, and none floats above a hole.

export type Place = [x: number, y: number, w: number, h: number];
export type Placed = { id: string; at: Place };

export const columns = 12;
const smallest = { w: 2, h: 1 };
export const highest = 24;

const overlap = (a: Place, b: Place) =>
  a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];

const clamp = (n: number, low: number, high: number) => Math.max(low, Math.min(high, n));

/** A place within the grid. */
export function within([x, y, w, h]: Place): Place {
  const width = clamp(w, smallest.w, columns);
  return [clamp(x, 0, columns - width), Math.max(0, y), width, clamp(h, smallest.h, highest)];
}

/** From top to bottom, then from left to right: the order on a phone, on paper and for screen readers. */
export function inOrder<T extends Placed>(tiles: T[]): T[] {
  return tiles.toSorted((a, b) => a.at[1] - b.at[1] || a.at[0] - b.at[0]);
}

/** Moves every tile up as far as there is room; `first` keeps its place before the others. */
export function settle<T extends Placed>(tiles: T[], first?: string): T[] {
  const done: T[] = [];
  const order = tiles.toSorted(
    (a, b) => a.at[1] - b.at[1] || Number(b.id === first) - Number(a.id === first) || a.at[0] - b.at[0],
  );
  for (const tile of order) {
    const at = within(tile.at);
    let y = 0;
    const free = (row: number) => done.every((d) => !overlap(d.at, [at[0], row, at[2], at[3]]));
    // The lowest row below which nothing that is in its columns stands.
    for (const d of done) {
      if (d.at[0] < at[0] + at[2] && at[0] < d.at[0] + d.at[2]) y = Math.max(y, d.at[1] + d.at[3]);
    }
    while (y > 0 && free(y - 1)) y--;
    done.push({ ...tile, at: [at[0], y, at[2], at[3]] });
  }
  const settled = new Map(done.map((d) => [d.id, d]));
  return tiles.map((t) => settled.get(t.id) ?? t);
}

/** Puts a tile to a place; the others make room. */
export function put<T extends Placed>(tiles: T[], id: string, at: Place): T[] {
  const moved = tiles.map((t) => (t.id === id ? { ...t, at: within(at) } : t));
  const place = moved.find((t) => t.id === id)?.at;
  if (!place) return tiles;
  // What it covers goes below it, so that a tile can take another's place.
  const below = place[1] + place[3];
  const pushed = moved.map((t): T => {
    if (t.id === id || !overlap(t.at, place)) return t;
    return { ...t, at: [t.at[0], t.at[1] < place[1] ? t.at[1] : below, t.at[2], t.at[3]] };
  });
  return settle(pushed, id);
}

/** Moves a tile by keys. One step up or down passes the neighbour there, whatever its height. */
export function step<T extends Placed>(tiles: T[], id: string, dx: number, dy: number): T[] {
  const tile = tiles.find((t) => t.id === id);
  if (!tile) return tiles;
  const [x, y, w, h] = tile.at;
  const next = put(tiles, id, [x + dx, y + dy, w, h]);
  if (!dy || next.find((t) => t.id === id)?.at[1] !== y) return next;
  const beside = tiles.filter((t) => t.id !== id && t.at[0] < x + w && x < t.at[0] + t.at[2]);
  const neighbour =
    dy > 0
      ? beside.filter((t) => t.at[1] >= y + h).toSorted((a, b) => a.at[1] - b.at[1])[0]
      : beside.filter((t) => t.at[1] + t.at[3] <= y).toSorted((a, b) => b.at[1] - a.at[1])[0];
  if (!neighbour) return next;
  // Below means: it takes the place that the neighbour's height leaves.
  return dy > 0
    ? put(tiles, neighbour.id, [neighbour.at[0], y, neighbour.at[2], neighbour.at[3]])
    : put(tiles, id, [x, neighbour.at[1], w, h]);
}

/** The place of a new tile: below all others. */
export function below(tiles: Placed[], w: number, h: number): Place {
  return within([0, Math.max(0, ...tiles.map((t) => t.at[1] + t.at[3])), w, h]);
}
