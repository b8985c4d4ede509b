// Every page in every state, in both sizes: accessible, not wider than the
// window, and within the pages' security policy.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { every, violations } from './accessible';
import { wear, Window, type Theme, type Width } from './browse';
import { views, type View } from './pages';
import { end, makeWorld, type World } from './world';

// A theme changes nothing but colors, and only these rules look at colors.
const colors = ['color-contrast', 'link-in-text-block'];
// Only these depend on the width.
const narrow = ['target-size', 'scrollable-region-focusable'];
type Look = [Width, Theme, string[]];
const desk: Look = [1440, 'light', every];
// What only a telephone shows is the same on many pages, and so are the colors of the dark theme.
// These pages show all of it. With ADTALLY_LONG, every page does.
const samples =
  'setup link shared shared-password share-dialog links sources overview overview-accounts runs run table tables report usage configuration reconnect catalog-drawer connect-picker guide alerts settings-people performance dashboard-tiles dashboard-edit metrics data parts palette'.split(
    ' ',
  );
const looks = (name: string): Look[] =>
  samples.includes(name) || process.env.ADTALLY_LONG
    ? [desk, [1440, 'dark', colors], [375, 'light', every], [375, 'dark', colors]]
    : [desk, [375, 'light', narrow]];

let world: World;
let window: Window;

beforeAll(async () => {
  world = await makeWorld();
  window = new Window(world);
}, 120_000);

afterAll(() => end(world));

const wider = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** The innermost elements that are wider than the window, for the message. */
const widest = (page: Page) =>
  page.evaluate(() => {
    const out = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().width > innerWidth);
    const inner = out.filter((e) => !out.some((o) => o !== e && e.contains(o)));
    return inner.slice(0, 5).map((e) => `${e.tagName}.${e.className} “${e.textContent?.slice(0, 40)}”`);
  });

/** Everything that is wrong with a view, one line each. */
async function faults(view: View): Promise<string[]> {
  world.browser.errors.length = 0;
  const page = await window.show(view);
  const found: string[] = [];
  for (const [width, theme, rules] of looks(view.name)) {
    await wear(page, width, theme);
    found.push(...(await violations(page, rules)).map((v) => `${width} ${theme}: ${v}`));
    const over = await wider(page);
    if (over > 0) found.push(`${width} ${theme}: ${over} px wider than the window: ${(await widest(page)).join(', ')}`);
  }
  // 320 px is a desk's window at 400 %, 720 px at 200 %.
  for (const width of [320, 720]) {
    await page.setViewportSize({ width, height: 800 });
    // What floats above the page finds its new place after that.
    await page
      .waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, { timeout: 1_000 })
      .catch(() => {});
    const over = await wider(page);
    if (over > 0) found.push(`${width} px: ${over} px wider than the window`);
  }
  const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length);
  if (moving) found.push(`${moving} animations in spite of reduced motion`);
  const titles = await page.locator('h1').count();
  if (titles !== 1) found.push(`${titles} h1`);
  return [...found, ...world.browser.errors];
}

test.each(views)(
  '$name is accessible and fits',
  async (view) => {
    const found = await faults(view);
    if (found.length) throw new Error(found.join('\n'));
  },
  60_000,
);
