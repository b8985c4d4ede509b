// Writes a picture of every view: `make screenshots`. PAGES=sources,run takes only
// the views with these names.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { sizes, wear, Window, type Theme, type Width } from './browse';
import { views, type View } from './pages';
import { end, makeWorld } from './world';

const folder = fileURLToPath(new URL('../screenshots', import.meta.url));
const wanted = process.env.PAGES?.split(',');
const widths = Object.keys(sizes).map(Number) as Width[];
const themes: Theme[] = ['light', 'dark'];

async function take(window: Window, view: View): Promise<void> {
  const page = await window.show(view);
  // Only dashboards become wider than a laptop.
  for (const width of widths.filter((w) => w < 1920 || view.boards))
    for (const theme of themes) {
      await wear(page, width, theme);
      await page.screenshot({ path: `${folder}/${view.name}-${width}-${theme}.png`, fullPage: true });
    }
}

test('pictures of every view', async () => {
  mkdirSync(folder, { recursive: true });
  const world = await makeWorld();
  const failed: string[] = [];
  try {
    const window = new Window(world);
    for (const view of views.filter((v) => wanted?.includes(v.name) ?? true))
      await take(window, view).catch((error: unknown) => failed.push(`${view.name}: ${String(error)}`));
    console.log(`The pictures are in ${folder}`);
  } finally {
    await end(world);
  }
  if (failed.length) throw new Error(failed.join('\n'));
});
