// The report builder: what Meta does not allow cannot be ticked, and the cost is known before saving.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=3,days=60,seed=8' });
  id = await stack.connected({ name: 'Halden Europe' });
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

const tick = (name: string) => me.page.locator('label.tick', { has: me.page.getByText(name, { exact: true }) });

it('does not let age and publisher_platform be combined, and says why', async () => {
  await me.open(`/sources/${id}/tables/new`);
  await tick('age').getByRole('checkbox').check();
  const other = tick('publisher_platform');
  await other.getByText(/age|combin/i).waitFor();
  expect(await other.getByRole('checkbox').isDisabled()).toBe(true);
  console.info(`publisher_platform: ${await other.locator('.why').innerText()}`);
  await tick('age').getByRole('checkbox').uncheck();
  await me.page.waitForFunction(() => !location.search.includes('age'));
});

it('does not offer the window 28d_view', async () => {
  const dead = tick('28d_view');
  expect(await dead.getByRole('checkbox').isDisabled()).toBe(true);
  expect(await dead.locator('.why').innerText()).toMatch(/12 January 2026|12 Jan 2026/);
  await me.open(`/sources/${id}/tables/new?windows=28d_view`);
  await me.page
    .getByRole('alert')
    .getByText(/Adtally does not offer it/)
    .waitFor();
});

it('shows a day of it, with a dash for what is absent, and what it costs', async () => {
  await me.open(`/sources/${id}/tables/new?fields=spend,impressions,cost_per_unique_click,purchase_roas`);
  await me.field('Table name').fill('roas_daily');
  await me.see(/about \d+/);
  await me.see(/\d+ months, \S+ calls/);
  await me.button('Show a day').click();
  await me.see(/of \d+ rows? · \d+ calls?/);
  expect(await me.page.locator('td.null').first().innerText()).toBe('–');
  await me.button('Add the report').click();
  await me.at(`/sources/${id}/tables`);
  await me.see(/roas_daily/);
});
