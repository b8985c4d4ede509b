// What differs between two texts, by line.

export type Line = { kind: 'same' | 'added' | 'removed'; text: string; old?: number; new?: number };

/** The longest common lines stay; all others are removed or added. */
export function diff(before: string, after: string): Line[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const rows = a.length + 1;
  const columns = b.length + 1;
  const common = new Uint32Array(rows * columns);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * columns + j] =
        a[i] === b[j]
          ? common[(i + 1) * columns + j + 1]! + 1
          : Math.max(common[(i + 1) * columns + j]!, common[i * columns + j + 1]!);
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]!, old: ++i, new: ++j });
    } else if (i < a.length && (j >= b.length || common[(i + 1) * columns + j]! >= common[i * columns + j + 1]!)) {
      lines.push({ kind: 'removed', text: a[i]!, old: ++i });
    } else {
      lines.push({ kind: 'added', text: b[j]!, new: ++j });
    }
  }
  return lines;
}

/** Only what has changed, with some lines around it; a gap is undefined. */
export function changes(lines: Line[], around = 3): (Line | undefined)[] {
  const near = (i: number) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.kind !== 'same');
  const found: (Line | undefined)[] = [];
  lines.forEach((l, i) => {
    if (near(i)) found.push(l);
    else if (found.length && found.at(-1) !== undefined) found.push(undefined);
  });
  return found.at(-1) === undefined ? found.slice(0, -1) : found;
}
