// An own dashboard, from nothing, against the real program: built with the mouse and with keys, filtered, exported.
// Its figures on screen are those of its CSV, of the API and of SQL over the warehouse.
import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessible';
import { still } from './browse';
import { maja } from './stack';
import { until } from './until';
import { Visit } from './visit';
import { end, makeOne } from './world';

let world: Awaited<ReturnType<typeof makeOne>>;
let me: Visit;
let account = '';
let name = '';
let id = '';

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const metrics = ['spend', 'impressions', 'clicks', 'ctr'];

beforeAll(async () => {
  world = await makeOne();
  me = await Visit.of(world.one, {}, maja, world.browser);
  type Members = { items: { id: string; name: string }[] };
  const { items } = await world.one.api.call<Members>('GET', '/dimensions/account/members');
  [{ id: account, name } = { id: '', name: '' }] = items;
});
afterAll(async () => {
  // The stack belongs to others as well.
  if (id) await world.one.api.send('DELETE', `/api/v1/dashboards/${id}`);
  await end(world);
});

const keys = async (...all: string[]) => {
  for (const key of all) await me.page.keyboard.press(key);
};
const focused = (on: Locator) => on.evaluate((e) => e === document.activeElement);

/** Presses Tab until something has the focus. */
async function tabTo(on: Locator): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await keys('Tab');
    if (await focused(on)) return;
  }
  throw new Error(`Tab does not reach ${String(on)}`);
}

const dialog = () => me.page.getByRole('dialog');
const inDialog = (label: string) => dialog().getByLabel(label, { exact: true });
const laid = (title: string) =>
  me.page.locator('.laid', { has: me.page.getByRole('button', { name: `Move or resize ${title}`, exact: true }) });
const place = async (title: string) => {
  const style = (await laid(title).first().getAttribute('style')) ?? '';
  return ['x', 'y', 'w', 'h'].map((k) => Number(new RegExp(`--${k}: ?(\\d+)`).exec(style)?.[1]));
};

async function drag(what: Locator, dx: number, dy: number): Promise<void> {
  await what.scrollIntoViewIfNeeded();
  const { x, y } = (await what.boundingBox())!;
  await me.page.mouse.move(x + 8, y + 8);
  await me.page.mouse.down();
  await me.page.mouse.move(x + 8 + dx, y + 8 + dy, { steps: 5 });
  await me.page.mouse.up();
}

const box = (metric: string) => dialog().locator(`input[type=checkbox][value="${metric}"]`);

async function tick(metric: string): Promise<void> {
  await inDialog('Search metrics').fill(metric);
  await box(metric).check();
}

it('is built with the mouse', async () => {
  await me.open('/dashboards');
  await me.link('New dashboard').click();
  await me.box('Title').fill('Weekly figures');
  await me.field('Days').selectOption('last_30_days');
  await me.button('Add a tile').click();
  await inDialog('Kind').selectOption('metric');
  for (const metric of metrics) await tick(metric);
  await dialog().getByRole('button', { name: 'Add tile' }).click();
  await me.button('Add a tile').click();
  await inDialog('Title').fill('By day');
  await tick('spend');
  await dialog().getByRole('button', { name: 'Add tile' }).click();
  await until('the chart is there', async () => (await laid('By day').count()) === 1);
  expect(await place('By day')).toEqual([1, 3, 8, 5]);
  // To the top, then two columns wider and a row higher.
  await drag(me.button('Move or resize By day'), 0, -3 * 72);
  expect(await place('By day')).toEqual([1, 1, 8, 5]);
  const column = (await me.page.locator('.board--edit').boundingBox())!.width / 12;
  await drag(laid('By day').locator('.laid__size'), 2 * column, 72);
  expect(await place('By day')).toEqual([1, 1, 10, 6]);
  await me.button('Duplicate By day').click();
  expect(await laid('By day').count()).toBe(2);
  await me.button('Remove By day').last().click();
  expect(await laid('By day').count()).toBe(1);
  await still(me.page);
  expect(await violations(me.page)).toEqual([]);
});

it('is built further with keys, and saved', async () => {
  await me.link('Cancel').focus();
  await keys('Shift+Tab', 'Enter');
  await tabTo(inDialog('Kind'));
  await me.page.keyboard.type('Table');
  await tabTo(inDialog('Title'));
  await me.page.keyboard.type('By campaign');
  const search = inDialog('Search metrics');
  await tabTo(search);
  for (const metric of metrics) {
    if (metric !== metrics[0]) {
      while (!(await focused(search))) await keys('Shift+Tab');
      await keys('Control+A');
    }
    await me.page.keyboard.type(metric);
    await tabTo(box(metric));
    await keys('Space');
    expect(await box(metric).isChecked(), metric).toBe(true);
  }
  await tabTo(inDialog('Split by'));
  await me.page.keyboard.type('Campaign');
  await tabTo(dialog().getByRole('button', { name: 'Add tile' }));
  await keys('Enter');
  await dialog().waitFor({ state: 'detached' });
  const handle = me.button('Move or resize By campaign');
  await handle.focus();
  const [, y = 0] = await place('By campaign');
  await keys('Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowDown', 'ArrowRight');
  expect(await place('By campaign')).toEqual([2, y, 10, 7]);
  await keys('ArrowLeft', 'ArrowUp');
  expect((await place('By campaign'))[1]).toBeLessThan(y);
  expect(await focused(handle), 'the handle keeps the focus').toBe(true);
  // A filter that everybody finds above the dashboard.
  await me.page.getByRole('combobox', { name: 'Add a filter' }).selectOption('channel');
  await me.page.getByRole('button', { name: /^Channel all/ }).click();
  await dialog()
    .getByRole('checkbox', { name: /facebook/i })
    .check();
  await me.button('Apply').click();
  await me.button('Create dashboard').click();
  await me.at(/\/dashboards\/[0-9a-f-]{36}$/);
  id = me.page.url().split('/').at(-1)!;
  const made = await world.one.api.call<{ filters: unknown; tiles: { title: string; kind: string }[] }>('GET', `/dashboards/${id}`); // prettier-ignore
  expect(made.filters).toEqual([{ dimension: 'channel', in: ['facebook'] }]);
  expect(made.tiles.map((t) => t.kind).toSorted()).toEqual(['line', 'metric', 'table']);
});

const query = () => new URL(me.page.url()).searchParams;
const range = { from: day(7), to: day(1) };

it('is filtered by account and days, and compared', async () => {
  await me.page.getByRole('button', { name: /^Accounts/ }).click();
  await dialog().getByRole('checkbox', { name: account }).check();
  await me.button('Apply').click();
  await until('the filter', () => query().get('account') === account);
  await me.page.getByRole('button', { name: /^Days \d/ }).click();
  await me.button('Last 7 days').click();
  await until('the days', () => query().get('from') === range.from && query().get('to') === range.to);
  await me.page.getByRole('combobox', { name: 'Against' }).selectOption('previous_period');
  await still(me.page);
  expect(await me.page.getByRole('button', { name: /^Accounts/ }).innerText()).toContain(name);
  expect(await me.page.locator('.kpi .delta').count()).toBeGreaterThan(0);
  expect(await violations(me.page)).toEqual([]);
});

/** Digits only: figures on screen have separators, signs of currencies, and per cent. */
const plain = (text: string) => (text.includes('%') ? '%' : '') + Number(text.replaceAll(/[^0-9.-]/g, ''));
const shownAs = (value: string | null | undefined, metric: string) => {
  if (value === null || value === undefined) return '–';
  return metric === 'ctr' ? `%${Number((Number(value) * 100).toFixed(2))}` : String(Number(value));
};
const seen = (text: string) => (text.trim() === '–' ? '–' : plain(text.split('\n')[0]!));

/** Cells of CSV lines; none of these holds a quote. */
const cells = (line: string) => [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? '');

async function sql(text: string): Promise<string[][]> {
  const answer = await world.one.api.send('POST', '/api/v1/sql/run', { sql: text });
  const lines = (await answer.text()).trim().split('\n').map((l) => JSON.parse(l) as Record<string, unknown>); // prettier-ignore
  return lines.flatMap((l) => (l.rows as string[][] | undefined) ?? []);
}

it('shows the same figures on screen, in CSV, in the API and in SQL', async () => {
  type Figure = { value?: string };
  type Answer = { rows: { members: string[]; names: string[]; figures: Figure[] }[]; total: Figure[] };
  const question = { metrics, by: ['campaign'], filters: [{ dimension: 'account', in: [account] }], totals: true };
  const answer = await world.one.api.call<Answer>('POST', '/query', { ...question, ...range });
  expect(answer.rows.length).toBeGreaterThan(0);
  const values = (figures: Figure[]) => figures.map((f, i) => shownAs(f.value, metrics[i]!));

  const kpis = await me.page.locator('.kpi .val').allInnerTexts();
  expect(kpis.map(seen), 'the figures above').toEqual(values(answer.total));
  const table = me.page.locator('section.tile', { has: me.page.getByRole('heading', { name: 'By campaign' }) });
  const read = async (row: Locator) => (await row.locator('td.num:not([data-l=Change])').allInnerTexts()).map(seen);
  const rows = await Promise.all((await table.locator('tbody tr').all()).map(read));
  const wanted = answer.rows.map((r) => values(r.figures));
  expect(rows.toSorted(), 'the rows of the table').toEqual(wanted.toSorted());

  const [file] = await Promise.all([me.page.waitForEvent('download'), me.button('By campaign: save as CSV').click()]);
  const [head = [], ...lines] = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/).map(cells);
  const inFile = new Map(lines.map((l) => [l[head.indexOf('campaign_id')], metrics.map((m) => l[head.indexOf(m)])]));
  for (const r of answer.rows)
    expect(inFile.get(r.members[0]!), r.names[0]).toEqual(r.figures.map((f) => f.value ?? ''));

  const where = `account_id = '${account}' AND date BETWEEN '${range.from}' AND '${range.to}'`;
  const sums = 'CAST(sum(spend) AS VARCHAR), CAST(sum(impressions) AS VARCHAR), CAST(sum(clicks) AS VARCHAR)';
  const found = await sql(`SELECT campaign_id, ${sums} FROM adtally.marketing_spend WHERE ${where} GROUP BY ALL`);
  const bySQL = new Map(found.map(([campaign, ...sums]) => [campaign, sums.map(Number)]));
  for (const r of answer.rows)
    expect(bySQL.get(r.members[0]!), r.names[0]).toEqual(r.figures.slice(0, 3).map((f) => Number(f.value)));
  expect(found.length).toBe(answer.rows.length);
});

it('is exported as a picture, duplicated, and deleted', async () => {
  const [file] = await Promise.all([me.page.waitForEvent('download'), me.button('By day: save as PNG').click()]);
  expect((await readFile(await file.path())).subarray(1, 4).toString()).toBe('PNG');
  await me.button('Duplicate').click();
  await me.at(/\/dashboards\/[0-9a-f-]{36}\/edit$/);
  expect(me.page.url()).not.toContain(id);
  await me.box('Title').waitFor();
  expect(await me.box('Title').inputValue()).toMatch(/Weekly figures/);
  await me.button('Delete').click();
  await me.button('Delete dashboard').click();
  await me.at(/\/dashboards$/);
  await until('one is left', async () => (await me.page.getByRole('link', { name: /^Weekly figures/ }).count()) === 1);
});
