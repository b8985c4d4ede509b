// Writes a picture of every view: `make screenshots`. PAGES=sources,run takes only views with such names.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'vitest';
import { launch, sizes, wear, Window, type Theme, type Width } from './browse';
import { views } from './pages';
import { makeWorld } from './world';

const folder = resolve('screenshots');
const wanted = (process.env.PAGES ?? '').split(',').filter(Boolean);
const widths = process.env.WIDTHS?.split(',').map(Number) ?? Object.keys(sizes).map(Number);
const themes = (process.env.THEMES?.split(',') ?? ['light', 'dark']) as Theme[];

test('pictures of every view', async () => {
  mkdirSync(folder, { recursive: true });
  const world = await makeWorld();
  const browser = await launch();
  try {
    const window = await Window.open(browser, world);
    for (const view of views) {
      if (wanted.length && !wanted.some((w) => view.name.startsWith(w))) continue;
      const page = await window.show(view).catch((e) => void window.complaints.push(`${view.name}: ${String(e)}`));
      if (!page) continue;
      for (const width of widths as Width[])
        for (const theme of themes) {
          await wear(page, width, theme);
          await page.screenshot({ path: `${folder}/${view.name}-${width}-${theme}.png`, fullPage: true });
        }
      await page.close();
    }
    console.log(`${folder}\n${[...new Set(window.complaints)].join('\n')}`);
  } finally {
    await browser.close();
    await world.stop();
  }
});
