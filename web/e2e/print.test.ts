// Pages that people print: the overview of a source and the guide.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { still, Window } from './browse';
import { end, makeOne } from './world';

let world: Awaited<ReturnType<typeof makeOne>>;
let page: Page;

beforeAll(async () => {
  world = await makeOne();
  page = await new Window(world).page('one');
  // A4 less its margins, at 96 dots per inch.
  await page.setViewportSize({ width: 718, height: 1047 });
}, 120_000);

afterAll(() => end(world));

async function print(path: string): Promise<void> {
  await page.goto(world.one.url + path);
  await still(page);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
}

const seen = (selector: string) => page.locator(selector).filter({ visible: true }).count();

async function isPaper(): Promise<void> {
  expect(await seen('.rail, .btn, .tabs')).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(paper).toBe('rgb(255, 255, 255)');
}

test('the overview prints in light, with its double rules and without buttons', async () => {
  await print(`/sources/${world.ids.single}`);
  await isPaper();
  expect(await seen('.tied')).toBeGreaterThan(0);
  expect(await seen('.cov')).toBeGreaterThan(0);
  expect(
    await page
      .locator('tr')
      .first()
      .evaluate((row) => getComputedStyle(row).breakInside),
  ).toBe('avoid');
});

test('the guide prints all of its steps', async () => {
  await print('/connect/facebookads/guide');
  await isPaper();
  expect(await seen('.guide__print li')).toBeGreaterThan(5);
});
