// From an empty installation to the acquisition cost, by hand: a source, two CSV files, one dashboard.
// Afterwards the same figures are asked in every way that there is.
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { maja, Stack } from './stack';
import { until } from './until';

let stack: Stack;
let context: BrowserContext;
let page: Page;
/** What a person did, and for how long, without the time that the first sync takes. */
let clicks = 0;
let worked = 0;

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const days = 28;

beforeAll(async () => {
  stack = await Stack.start({ ready: false, size: 'accounts=1,ads=40,days=60,seed=5' });
  context = await stack.browser.person();
  page = await context.newPage();
});
afterAll(() => stack?.stop());

async function click(role: 'button' | 'link', name: string | RegExp) {
  clicks++;
  await page.getByRole(role, { name }).first().click();
}

async function timed(step: () => Promise<unknown>) {
  const began = Date.now();
  await step();
  worked += Date.now() - began;
}

it('connects a source', async () => {
  await timed(async () => {
    await page.goto(stack.url);
    await page.waitForURL('**/setup');
    await page.getByLabel('Set-up code').fill(stack.code);
    await page.getByLabel('Your name').fill(maja.name);
    await page.getByLabel('E-mail').fill(maja.email);
    await page.getByLabel('Password').fill(maja.password);
    await click('button', 'Create the account');
    await page.waitForURL('**/catalog');
    await click('link', /Facebook Ads/);
    await click('link', /Paste a token/);
    await page.locator('textarea').fill(stack.sim.is.token);
    await click('button', 'Check the token');
    await click('button', /Start syncing/);
    await page.waitForURL(/\/sources\/[^/]+$/);
  });
  await stack.api.enter(maja.email, maja.password);
  await stack.synced(page.url().split('/').at(-1)!, 60_000);
});

type Made = { customers: string; orders: string; count: number; revenue: number };

/** One customer and one order for each day of the dashboard's period, in turn by campaign. */
async function shop(): Promise<Made> {
  const { items } = await stack.api.call<{ items: { id: string }[] }>('GET', '/dimensions/campaign/members?limit=50');
  const campaigns = items.map((c) => c.id).filter((id) => /^\d+$/.test(id));
  expect(campaigns.length).toBeGreaterThan(0);
  let customers = 'Customer ID;Created;utm_source;Campaign ID\n';
  let orders = 'Order number;Customer ID;Order date;Total;Currency;Status;Campaign ID\n';
  let revenue = 0;
  for (let n = 1; n <= days; n++) {
    const campaign = campaigns[n % campaigns.length]!;
    const [y, m, d] = day(n).split('-');
    const amount = 40 + n;
    customers += `c${n};${d}.${m}.${y} 12:00;facebook;${campaign}\n`;
    orders += `o${n};c${n};${d}.${m}.${y} 12:05;${amount},50;EUR;paid;${campaign}\n`;
    revenue += amount + 0.5;
  }
  return { customers, orders, count: days, revenue };
}

let made: Made;

it('uploads customers and orders', async () => {
  made = await shop();
  await timed(async () => {
    await click('link', 'Data');
    await click('link', 'Files');
    clicks += 2; // the file picker
    await page.getByLabel('Files', { exact: true }).setInputFiles([
      { name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(made.customers) },
      { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(made.orders) },
    ]);
    await click('button', 'Upload 2 files');
    await page.getByText('orders: 28 rows loaded').waitFor();
    await page.getByText('customers: 28 rows loaded').waitFor();
  });
});

it('shows what a new customer costs', async () => {
  await timed(async () => {
    await click('link', 'Dashboards');
    await click('link', 'CAC and revenue');
    await page.locator('.kpi .val').filter({ hasText: /\d/ }).first().waitFor();
  });
  expect(worked / 1000, 'seconds of work').toBeLessThan(180);
  expect(clicks).toBeLessThanOrEqual(15);
  console.info(`${clicks} clicks, ${(worked / 1000).toFixed(1)} s without the first sync`);
  const kpi = page.locator('.kpi').filter({ hasText: 'CAC' }).first();
  await until('a figure', async () => /\d/.test(await kpi.locator('.val').innerText()));
});

const spaced = (name: string) => name.replaceAll(/\s+/g, ' ').trim();

/** The cells of a line of CSV. */
const cells = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] ?? m[2] ?? '').replaceAll('""', '"'));

/** Digits only: figures on screen have separators and signs of currencies. */
const plain = (text: string) => text.replaceAll(/[^0-9.-]/g, '');

it('shows the same figures on screen, as CSV and to programs', async () => {
  const question = {
    metrics: ['spend', 'new_customers', 'cac', 'orders', 'net_revenue'],
    from: day(days),
    to: day(1),
    by: ['campaign'],
    totals: true,
  };
  type Figure = { value?: string };
  type Answer = { rows: { members: string[]; names: string[]; figures: Figure[] }[]; total: Figure[] };
  const answer = await stack.api.call<Answer>('POST', '/query', question);
  const [spend, customers, cac, orders, revenue] = answer.total.map((f) => Number(f.value));
  expect([customers, orders, revenue], 'what was uploaded').toEqual([made.count, made.count, made.revenue]);
  expect(cac).toBeCloseTo(spend! / made.count, 2);

  // By hand, from the simulator itself.
  const range = JSON.stringify({ since: day(days), until: day(1) });
  const account = stack.sim.is.accounts[0]!;
  const url = `${stack.sim.is.url}/v25.0/act_${account.replace('act_', '')}/insights?${new URLSearchParams({ fields: 'spend', level: 'account', time_range: range, access_token: stack.sim.is.token })}`;
  const meta = (await (await fetch(url)).json()) as { data: { spend: string }[] };
  expect(spend, "Meta's total").toBeCloseTo(Number(meta.data[0]?.spend), 2);

  const sheet = page.locator('section.sheet, section.tile, section').filter({ has: page.getByRole('heading', { name: 'Campaigns' }) }).last(); // prettier-ignore
  const rows = sheet.locator('tbody tr');
  await rows.first().waitFor();
  const shown: { name: string; figures: string[] }[] = [];
  for (const row of await rows.all()) {
    const [name = '', ...figures] = await row.locator('td:not([data-l=Change])').allInnerTexts();
    shown.push({ name: spaced(name.trim().split('\n')[0]!), figures: figures.map((f) => plain(f.split('\n')[0]!)) });
  }
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Campaigns: save as CSV' }).click();
  const stream = await (await downloads).createReadStream();
  let text = '';
  for await (const part of stream) text += String(part);
  const [head = [], ...lines] = text.trim().split(/\r?\n/).map(cells); // prettier-ignore
  const column = (line: string[] | undefined, name: string) => line?.[head.indexOf(name)];
  for (const r of answer.rows) {
    const name = r.names[0]!;
    const line = lines.find((l) => column(l, 'campaign_id') === r.members[0]);
    const values = r.figures.map((f) => f.value ?? '');
    const same = shown.filter((s) => s.name === spaced(name) && Number(s.figures[0]) === Number(values[0]));
    expect(same.length, `${name} on screen, with its spend`).toBeGreaterThan(0);
    for (const [i, metric] of question.metrics.entries()) {
      expect(column(line, metric), `${metric} of ${name} in the CSV`).toBe(values[i]);
      // Absent is a dash on screen, which has no digits.
      const seen = same.map((s) => s.figures[i]!.replace(/^-$/, ''));
      expect(seen.map((v) => v && Number(v)), `${metric} of ${name} on screen`).toContain(values[i] && Number(values[i])); // prettier-ignore
    }
  }
});

it('matches UTM values by hand', async () => {
  const lost = `Order number,Order date,Total,Currency,utm_source,utm_campaign\nx1,${day(2)},10,EUR,facebook,no such name\nx2,${day(2)},15,EUR,facebook,no such name\n`;
  await page.goto(`${stack.url}/data/files`);
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles([{ name: 'more orders.csv', mimeType: 'text/csv', buffer: Buffer.from(lost) }]);
  await click('button', 'Upload 1 file');
  await page.getByText('more orders: 2 rows loaded').waitFor();
  await click('link', 'Matching');
  const row = page.locator('tr').filter({ hasText: 'no such name' });
  expect(await row.first().innerText()).toMatch(/2/);
  await row.getByRole('button', { name: /^Match/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio').first().check();
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  await page.getByText('Matched by hand').waitFor();
  await page.getByText('All orders and customers of this period have a campaign.').waitFor();
  await click('button', /^Delete the match/);
  await row.first().waitFor();
});

it('asks what can be read in two ways, and says which lines are refused', async () => {
  const doubtful = 'Order number,Order date,Total,Currency\nd1,01/02/2026,"5,50",EUR\nd2,03/02/2026,six,EUR\n';
  await page.goto(`${stack.url}/data/files`);
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles([{ name: 'doubtful orders.csv', mimeType: 'text/csv', buffer: Buffer.from(doubtful) }]);
  await click('button', 'Upload 1 file');
  await page.getByText('doubtful orders: needs a decision').waitFor();
  await click('link', 'Check how it was read');
  await page
    .locator('.attn')
    .getByText(/can be DD\/MM\/YYYY or MM\/DD\/YYYY/)
    .waitFor();
  await page.getByLabel('Dates in “Order date”').selectOption('DD/MM/YYYY');
  await page.getByRole('cell', { name: '2026-02-01T00:00:00Z' }).waitFor();
  await page.getByLabel('Decimal sign').selectOption(',');
  await page.getByRole('cell', { name: '5.50', exact: true }).waitFor();
  await page.locator('.cell-bad').getByText('It is not a number').waitFor();
  await click('button', 'Load');
  await page.locator('.attn').getByText('1 row loaded, 1 line refused.').waitFor();
  await page.getByRole('heading', { name: 'Refused lines' }).waitFor();
  await click('button', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete file' }).click();
  await page.waitForURL('**/data/files');
  await until('it is gone', async () => (await page.getByText('doubtful orders').count()) === 0);
});

it('opens a campaign down to an ad with its picture', async () => {
  await page.goto(`${stack.url}/dashboards/performance`);
  await page
    .getByRole('button', { name: /^Ad set of/ })
    .first()
    .click();
  await page
    .getByRole('button', { name: /^Ad of/ })
    .first()
    .click();
  await page.locator('img.thumb').first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLImageElement>('img.thumb')].some((i) => i.naturalWidth > 0),
  );
  expect(new URL(page.url()).searchParams.get('open')).toMatch(/.+,.+/);
});
