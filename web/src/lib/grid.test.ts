import { describe, expect, it } from 'vitest';
import { below, inOrder, put, settle, step, within, type Placed } from './grid';

const tile = (id: string, ...at: Placed['at']): Placed => ({ id, at });
const places = (tiles: Placed[]) => Object.fromEntries(tiles.map((t) => [t.id, t.at.join(' ')]));

function overlaps(tiles: Placed[]): string[] {
  const found: string[] = [];
  for (const a of tiles)
    for (const b of tiles)
      if (a.id < b.id) {
        const [ax, ay, aw, ah] = a.at;
        const [bx, by, bw, bh] = b.at;
        if (ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah) found.push(`${a.id} ${b.id}`);
      }
  return found;
}

describe('a grid', () => {
  const two = [tile('a', 0, 0, 6, 2), tile('b', 6, 0, 6, 2), tile('c', 0, 2, 12, 4)];

  it('keeps places within its columns', () => {
    expect(within([11, -1, 4, 0])).toEqual([8, 0, 4, 1]);
    expect(within([0, 0, 40, 99])).toEqual([0, 0, 12, 24]);
  });

  it('lets a tile take the place of another, which makes room', () => {
    const moved = put(two, 'c', [0, 0, 12, 4]);
    expect(places(moved)).toEqual({ a: '0 4 6 2', b: '6 4 6 2', c: '0 0 12 4' });
  });

  it('pushes down what a larger tile would cover', () => {
    const grown = put(two, 'a', [0, 0, 8, 3]);
    expect(overlaps(grown)).toEqual([]);
    expect(grown.find((t) => t.id === 'a')?.at).toEqual([0, 0, 8, 3]);
  });

  it('closes the hole that a tile leaves', () => {
    expect(places(settle([tile('b', 6, 3, 6, 2)]))).toEqual({ b: '6 0 6 2' });
  });

  it('passes a neighbour with one key', () => {
    const down = step(two, 'a', 0, 1);
    expect(inOrder(down).map((t) => t.id)).not.toEqual(['a', 'b', 'c']);
    expect(overlaps(down)).toEqual([]);
    const up = step(two, 'c', 0, -1);
    expect(up.find((t) => t.id === 'c')?.at[1]).toBe(0);
  });

  it('puts a new tile below', () => {
    expect(below(two, 4, 2)).toEqual([0, 6, 4, 2]);
    expect(below([], 4, 2)).toEqual([0, 0, 4, 2]);
  });

  it('never lets two tiles overlap, and forgets none', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
    let tiles = Array.from({ length: 9 }, (_, i) =>
      tile(`t${i}`, random(10), random(20), 2 + random(8), 1 + random(5)),
    );
    tiles = settle(tiles);
    for (let i = 0; i < 500; i++) {
      const id = `t${random(9)}`;
      tiles =
        random(2) === 0
          ? put(tiles, id, [random(12), random(20), 1 + random(12), 1 + random(6)])
          : step(tiles, id, random(3) - 1, random(3) - 1);
      expect(overlaps(tiles)).toEqual([]);
      expect(new Set(tiles.map((t) => t.id)).size).toBe(9);
    }
  });
});
