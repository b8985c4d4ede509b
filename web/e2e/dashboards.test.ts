// Dashboards: read, filter, open rows, export; build one with mouse and keyboard; definitions of metrics.
import { readFile } from 'node:fs/promises';
import type { Download } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { answer, fakeBoards, type Seen } from './boards';
import { still } from './browse';
import { maja } from './stack';
import { until } from './until';
import { Visit } from './visit';
import { end, makeOne } from './world';

let world: Awaited<ReturnType<typeof makeOne>>;
let me: Visit;
let seen: Seen;

beforeAll(async () => {
  world = await makeOne();
  me = await Visit.of(world.one, {}, maja, world.browser);
}, 120_000);
afterAll(() => end(world));

beforeEach(async () => {
  await me.page.unrouteAll();
  seen = await fakeBoards(me.page);
});

const open = async (path: string) => {
  await me.open(path);
  await still(me.page);
};
const query = () => new URL(me.page.url()).searchParams;
const tile = (title: string) => me.page.locator('section.tile', { has: me.page.getByRole('heading', { name: title }) });
const row = (name: string) => me.page.locator('tr', { hasText: name });

async function saved(act: Promise<unknown>): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([me.page.waitForEvent('download') as Promise<Download>, act]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

it('opens Performance at home, once something is synced', async () => {
  await me.open('/');
  await me.at(/\/dashboards\/performance$/);
  await me.page.getByRole('heading', { name: 'Performance', level: 1 }).waitFor();
});

it('shows the figures that were answered, with their rule and change', async () => {
  await open('/dashboards/performance');
  const total = '€2,488.40';
  const kpi = me.page.locator('.kpi').first();
  expect(await kpi.locator('.tied').innerText()).toBe(total);
  expect(await kpi.innerText()).toContain('+13.0%');
  // Spend is neither good nor bad; clicks are.
  expect(await kpi.locator('.delta--good, .delta--bad').count()).toBe(0);
  expect(await me.page.locator('.kpi').nth(2).locator('.delta--good').count()).toBe(1);
  expect(await tile('Campaigns').locator('tfoot').innerText()).toContain(total);
  expect(await tile('Spend by account').locator('tfoot').innerText()).toContain(total);
  const [first] = seen.asked;
  expect(first).toMatchObject({ from: '2026-10-31', to: '2026-11-27', compare: 'previous_period' });
  expect(answer(first!).total?.[0]).toMatchObject({ value: '2488.40' });
  // What a platform claims is labelled, and absent is no 0.
  await me.see('Purchases, claimed');
  expect(await row('(unmatched)').locator('td').nth(1).innerText()).toBe('–');
});

it('says what a figure is, with the SQL', async () => {
  await me.page.getByRole('button', { name: 'Spend', exact: true }).first().click();
  await me.page.getByText('SQL that was executed').click();
  expect(await me.page.locator('.definition').innerText()).toContain('SELECT sum(spend)');
  await me.page.keyboard.press('Escape');
});

it('keeps filters, days, sort and open rows in the address', async () => {
  await open('/dashboards/performance');
  await me.page.getByRole('button', { name: /^Accounts/ }).click();
  await me.page.getByRole('checkbox', { name: /Halden FR/ }).check();
  await me.button('Apply').click();
  await until('the filter', async () => query().get('account') === '1002');
  await me.page.getByRole('button', { name: /^Days \d/ }).click();
  await me.field('First day').fill('2026-10-01');
  await me.field('Last day').fill('2026-10-31');
  await me.button('Apply').click();
  await until('the days', async () => query().get('from') === '2026-10-01' && query().get('to') === '2026-10-31');
  await me.button('Clicks').last().click();
  await until('the order', async () => query().get('sort') === '-clicks');
  await me.page.getByRole('button', { name: 'Ad set of Autumn jackets — conversions' }).click();
  await row('Broad · 18–65').waitFor();
  await me.page.reload();
  await still(me.page);
  await row('Broad · 18–65').waitFor();
  expect(await me.page.locator('th[aria-sort=descending]').innerText()).toMatch(/Clicks/);
  const last = seen.asked.at(-1);
  expect(last).toMatchObject({ from: '2026-10-01', to: '2026-10-31' });
  // An ID of 18 digits stays the same.
  const below = seen.asked.find((q) => q.by?.[0] === 'ad_set');
  expect(below?.filters).toContainEqual({ dimension: 'campaign', in: ['120210000000000001'] });
  expect(below?.filters).toContainEqual({ dimension: 'account', in: ['1002'] });
  await me.page.goBack();
  await until('the row is closed', async () => !query().get('open'));
});

it('opens a campaign down to an ad with its picture, by keys', async () => {
  await open('/dashboards/performance');
  const campaign = me.page.getByRole('button', { name: 'Ad set of Autumn jackets — conversions' });
  await campaign.focus();
  await me.page.keyboard.press('ArrowRight');
  await me.page.getByRole('button', { name: 'Ad of Broad · 18–65' }).focus();
  await me.page.keyboard.press('ArrowRight');
  await row('Video 15 s').locator('img.thumb').waitFor();
  await campaign.focus();
  await me.page.keyboard.press('ArrowLeft');
  await row('Broad · 18–65').waitFor({ state: 'detached' });
});

it('moves the period and the comparison with keys', async () => {
  await open('/dashboards/performance');
  await me.page.keyboard.press('[');
  await until(
    'the period before',
    async () => query().get('from') === '2026-10-03' && query().get('to') === '2026-10-30',
  );
  await me.page.keyboard.press('x');
  await until('no comparison', async () => query().get('against') === 'none');
  await until('it is asked so', async () => !seen.asked.at(-1)?.compare);
  await me.page.keyboard.press('x');
  await until('a comparison', async () => query().get('against') === 'previous_period');
  await me.page.keyboard.press(']');
  await until('the period', async () => query().get('from') === '2026-10-31');
});

it('reads a chart with arrow keys, as a table, and with its gap', async () => {
  await open('/dashboards/performance');
  const chart = tile('Spend and claimed ROAS by day');
  const svg = chart.getByRole('img');
  expect(await svg.getAttribute('aria-label')).toMatch(/Spend: last .* highest/);
  await svg.focus();
  await me.page.keyboard.press('End');
  await chart
    .locator('[aria-live]')
    .getByText(/27 Nov: Spend .* Conversions still come in/)
    .waitFor();
  expect(await chart.locator('.hatch').count()).toBe(2);
  expect(await chart.locator('.regime').count()).toBe(1);
  const lines = (await chart.locator('path.line').first().getAttribute('d')) ?? '';
  expect(lines.match(/M/g)).toHaveLength(2);
  await chart.getByRole('button', { name: /as a table/ }).click();
  expect(await chart.locator('tr', { hasText: '4 Nov' }).locator('td').nth(1).innerText()).toBe('–');
  await chart.getByRole('button', { name: /as a chart/ }).click();
});

it('saves CSV and PNG', async () => {
  await open('/dashboards/performance');
  const csv = await saved(tile('Campaigns').getByRole('button', { name: /CSV/ }).click());
  expect(csv.name).toBe('campaigns.csv');
  expect(csv.content.toString()).toContain('1000.00');
  const png = await saved(tile('Spend and claimed ROAS by day').getByRole('button', { name: /PNG/ }).click());
  expect(png.name).toBe('spend-and-claimed-roas-by-day.png');
  expect(png.content.subarray(1, 4).toString()).toBe('PNG');
  expect(png.content.length).toBeGreaterThan(10_000);
  console.info(`PNG: ${png.content.length} bytes`);
});

it('says why a question is refused, and cures it', async () => {
  await open('/dashboards/0190aaaa-0000-7000-8000-000000000001');
  await me.see('These accounts use EUR and SEK');
  await me.button('Convert to EUR').click();
  await until('the currency', async () => query().get('currency') === 'EUR');
  await me.gone('These accounts use EUR and SEK');
});

it('builds a dashboard: adds, moves, resizes, undoes, saves', async () => {
  await open('/dashboards/new');
  await me.box('Title').fill('Mine');
  const add = async (kind: string, metric: string) => {
    await me.button('Add a tile').click();
    const dialog = me.page.getByRole('dialog');
    await dialog.getByLabel('Kind').selectOption(kind);
    await dialog.getByLabel('Search metrics').fill(metric);
    await dialog.getByRole('checkbox').first().check();
    await dialog.getByRole('button', { name: 'Add tile' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await add('line', 'spend');
  await add('table', 'orders');
  const place = async (n: number) => {
    const style = (await me.page.locator('.laid').nth(n).getAttribute('style')) ?? '';
    return ['x', 'y', 'w', 'h'].map((k) => Number(new RegExp(`--${k}: ?(\\d+)`).exec(style)?.[1]));
  };
  expect(await place(0)).toEqual([1, 1, 8, 5]);
  // By keys: to the right and smaller.
  const handle = me.page.getByRole('button', { name: 'Move or resize Spend' });
  await handle.focus();
  await me.page.keyboard.press('ArrowRight');
  await me.page.keyboard.press('Shift+ArrowLeft');
  expect(await place(0)).toEqual([2, 1, 7, 5]);
  await me.page
    .locator('[aria-live]', { hasText: 'Spend: column 2, row 1, 7 wide, 5 high' })
    .waitFor({ state: 'attached' });
  // With the mouse: two columns to the left is the edge.
  const box = (await handle.boundingBox())!;
  await me.page.mouse.move(box.x + 5, box.y + 5);
  await me.page.mouse.down();
  await me.page.mouse.move(box.x - 300, box.y + 5, { steps: 5 });
  await me.page.mouse.up();
  expect(await place(0)).toEqual([1, 1, 7, 5]);
  const corner = (await me.page.locator('.laid__size').first().boundingBox())!;
  await me.page.mouse.move(corner.x + 10, corner.y + 10);
  await me.page.mouse.down();
  await me.page.mouse.move(corner.x + 10, corner.y + 82, { steps: 5 });
  await me.page.mouse.up();
  expect(await place(0)).toEqual([1, 1, 7, 6]);
  await me.button('Undo').click();
  expect(await place(0)).toEqual([1, 1, 7, 5]);
  await me.button('Create dashboard').click();
  await me.at(/\/dashboards\/made$/);
  expect(seen.saved[0]).toMatchObject({ title: 'Mine', range: { preset: 'last_28_days' } });
  const { tiles } = seen.saved[0] as { tiles: { kind: string; at: number[]; metrics: string[] }[] };
  expect(tiles.map((t) => [t.kind, t.at, t.metrics])).toEqual([
    ['line', [0, 0, 7, 5], ['spend']],
    ['table', [0, 5, 12, 6], ['orders']],
  ]);
});

it('keeps a first and a last day', async () => {
  await open('/dashboards/0190aaaa-0000-7000-8000-000000000001/edit');
  await me.field('Days').selectOption('custom');
  await me.field('First day').fill('2026-10-31');
  await me.field('Last day').fill('2026-10-01');
  expect(await me.reason(me.button('Save'))).toBe('Enter a first and a last day.');
  await me.field('First day').fill('2026-09-01');
  await me.button('Save').click();
  await until('it is saved', () => seen.saved.length > 0);
  expect(seen.saved[0]).toMatchObject({ range: { preset: 'custom', from: '2026-09-01', to: '2026-10-01' } });
});

it('shows what was known of a day later, as a curve and as a table', async () => {
  await open('/dashboards/0190aaaa-0000-7000-8000-000000000001');
  const changes = tile('Later changes');
  expect(await changes.getByRole('img').getAttribute('aria-label')).toContain('Halden Europe 62.00% on the day itself');
  await changes.getByRole('button', { name: 'Show Later changes as a table' }).click();
  expect(await changes.locator('tr', { hasText: 'After 7 days' }).innerText()).toContain('99.80%');
});

it('duplicates what comes with Adtally, and deletes the copy', async () => {
  await open('/dashboards/performance');
  await me.button('Duplicate').click();
  await me.at(/\/dashboards\/copy\/edit$/);
  await me.button('Delete').click();
  await me.button('Delete dashboard').click();
  await me.at(/\/dashboards$/);
});

it('marks the line of an error in a definition, shows what changes, and saves', async () => {
  await open('/data/metrics?file=own');
  const text = me.field('Definitions in YAML');
  await text.fill((await text.inputValue()).replace('orders', 'ordres'));
  await me.button('Line 4').click();
  await me.see('Did you mean orders?');
  expect(await me.page.locator('.yaml__lines .is-wrong').innerText()).toBe('4');
  expect(await me.reason(me.button('Save'))).toMatch(/Correct the lines/);
  await text.fill((await text.inputValue()).replace('spend / ordres', 'spend / orders # all'));
  await me.see(/Changed: /);
  expect(await me.page.locator('.diff__line--added').innerText()).toContain('# all');
  await me.button('Save').click();
  await me.see('Definitions saved.');
  expect(JSON.stringify(seen.saved)).toContain('# all');
});

it('prints without buttons, with its filters and double rules', async () => {
  await open('/dashboards/performance');
  await me.page.setViewportSize({ width: 718, height: 1047 });
  await me.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const shown = (selector: string) => me.page.locator(selector).filter({ visible: true }).count();
  expect(await shown('.rail, .btn, .filter, .tabs')).toBe(0);
  expect(await shown('.tied')).toBeGreaterThan(0);
  expect(await me.page.locator('.printline').innerText()).toMatch(/31 Oct – 27 Nov 2026, against the 28 days before/);
  expect(await me.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await me.page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  await me.page.setViewportSize({ width: 1440, height: 900 });
});
