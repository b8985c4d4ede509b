// How much a browser loads for the first page and for that of a share link: scripts and styles, compressed. Fonts
// do not count, since the page shows without them.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const limit = 120 * 1024;

const read = (name: string) => readFileSync(`dist/${name}`, 'utf8');

/** The files that a script imports before it runs. */
const imports = (text: string) =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)].map((m) => `assets/${m[1]}`);

/** What an entry of the build loads for these pages. */
function files(pages: string[], html = 'index.html'): Set<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    if (name.endsWith('.js')) imports(read(name)).forEach(add);
  };
  const index = read(html);
  for (const m of index.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) add(m[1]!);
  const entry = [...found].map(read).join('\n');
  for (const page of pages) {
    // Vite names everything that a lazy page needs beside its import.
    const own = new RegExp(`assets/${page}-[\\w-]+\\.(?:js|css)`).exec(entry)?.[0];
    if (!own) throw new Error(`the build has no page ${page}`);
    add(own);
  }
  return found;
}

const weight = (names: Iterable<string>) =>
  [...names].reduce((n, name) => n + gzipSync(read(name), { level: 9 }).length, 0);

test('the first page is light', () => {
  const size = weight(files(['Sources']));
  console.log(`first page: ${(size / 1024).toFixed(1)} KB of script and style, compressed`);
  expect(size).toBeLessThanOrEqual(limit);
});

test('charts and the diagram are not part of it', () => {
  expect([...files(['Sources'])].filter((name) => /d3|Chart|Usage|Coverage|Diagram/.test(name))).toEqual([]);
});

test('the page of a share link is light, and has nothing of the app', () => {
  const all = [...files([], 'shared.html')];
  const size = weight(all);
  console.log(`page of a share link: ${(size / 1024).toFixed(1)} KB of script and style, compressed`);
  expect(size).toBeLessThanOrEqual(limit);
  const text = all.map(read).join('\n');
  for (const word of ['/api/v1', 'localStorage', 'document.cookie', 'postMessage'])
    expect(text.includes(word), word).toBe(false);
});
