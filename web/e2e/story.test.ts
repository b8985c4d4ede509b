// The whole story by hand: set up, connect by login, sixty days pass, a token that does not expire.
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { robot } from './sim';
import { maja, Stack } from './stack';
import { until } from './until';

let stack: Stack;
let context: BrowserContext;
let page: Page;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ ready: false, daysAgo: 61, size: 'accounts=2,ads=3,days=150,seed=3' });
  context = await stack.browser.person({ at: await stack.sim.now() });
  page = await context.newPage();
});
afterAll(async () => {
  await stack?.stop();
});

const see = (text: string | RegExp) => page.getByText(text).first().waitFor();
const button = (name: string) => page.getByRole('button', { name, exact: true });
const link = (name: string) => page.getByRole('link', { name, exact: true });
const upToDate = /up to date, as of/;
const main = () => page.locator('#main');

it('sets up the first admin', async () => {
  await page.goto(stack.url);
  await page.waitForURL('**/setup');
  await page.getByLabel('Set-up code').fill('wrong-code');
  await page.getByLabel('Your name').fill(maja.name);
  await page.getByLabel('E-mail').fill(maja.email);
  await page.getByLabel('Password').fill('short');
  await button('Create the account').click();
  await see('The set-up code is wrong');
  await page.getByLabel('Set-up code').fill(stack.code);
  await button('Create the account').click();
  await page.locator('[aria-invalid=true]').waitFor();
  await page.getByLabel('Password').fill(maja.password);
  await button('Create the account').click();
  await page.waitForURL('**/catalog');
});

it('says that Facebook login needs an app, and sets it up', async () => {
  await page.getByRole('link', { name: /Facebook Ads/ }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Paste a token').waitFor();
  expect(await drawer.locator('[aria-disabled=true]').innerText()).toContain('Log in with Facebook');
  await drawer.getByRole('link', { name: 'Set up the Meta app' }).click();
  await page.waitForURL('**/settings/app');
  await page.getByLabel('App ID').fill(stack.sim.is.app_id);
  await page.getByLabel('App secret').fill(stack.sim.is.app_secret);
  await button('Check and save').click();
  await see('Saved. People can log in with Facebook now.');
});

it('connects by login and picks accounts', async () => {
  await page.goto(`${stack.url}/catalog/facebookads`);
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /Log in with Facebook/ })
    .click();
  await page.waitForURL('**/connect/facebookads?how=login');
  await button('Log in with Facebook').click();
  await button('Continue').click();
  await page.waitForURL('**/connect/facebookads?login=*');
  await see(/Petra Person's token is good/);
  await page.getByLabel('Only those I pick').waitFor();
  await until('2 accounts are picked', async () => (await main().innerText()).includes('Start syncing 2 accounts'));
  await page
    .getByRole('checkbox', { name: /^Pick / })
    .last()
    .uncheck();
  await page.getByLabel('Name of the source').fill('Halden Europe');
  await button('Start syncing 1 account').click();
  await page.waitForURL(/\/sources\/[^/]+$/);
  id = page.url().split('/').at(-1)!;
});

it('shows the first sync live', async () => {
  await see(/Loading the history|Syncing/);
  await page.locator('.attn--ok').getByText(upToDate).waitFor({ timeout: 60_000 });
});

it('asks to log in again after sixty days, and is red', async () => {
  await context.clock.setSystemTime(await stack.sim.pass(61));
  // The page learns by itself that the session has ended.
  await page.waitForURL('**/login?next=*', { timeout: 30_000 });
  await page.getByLabel('E-mail').fill(maja.email);
  await page.getByLabel('Password').fill(maja.password);
  await button('Log in').click();
  await page.waitForURL(`**/sources/${id}`);
  await page
    .locator('.attn--bad')
    .getByText(/The token expired on/)
    .waitFor({ timeout: 30_000 });
  await see(/load the 6\d missing days\. No data has been lost/);
  await page.getByRole('navigation').getByText('A source needs you').waitFor({ state: 'attached' });
});

it('keeps the place in the guide to long-term access', async () => {
  await link('set up long-term access').click();
  await page.waitForURL(/\/guide/);
  const first = await page.locator('.guide__title').innerText();
  await button('Done, next').click();
  await until('the next step', async () => (await page.locator('.guide__title').innerText()) !== first);
  const second = await page.locator('.guide__title').innerText();
  await page.goto(`${stack.url}/sources/${id}/guide`);
  await page.getByRole('heading', { name: second }).waitFor();
});

it('turns green with the token of the system user, and fills the gap', async () => {
  await stack.api.enter(maja.email, maja.password);
  const before = await rangesOf();
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('link').last().click();
  const token = await stack.sim.token('system', robot);
  // As a mail program breaks it.
  const field = page.getByLabel('Access token of the system user');
  await field.fill(`  ${token.slice(0, 20)}\n${token.slice(20)}  \n`);
  await button('Test and save').click();
  await page.waitForURL(`**/sources/${id}`);
  await see('Saved. This token does not expire.');
  await stack.synced(id);
  await page.locator('.attn--ok').getByText(upToDate).waitFor({ timeout: 60_000 });
  const after = await rangesOf();
  expect(after.map((r) => r.from)).toEqual(before.map((r) => r.from));
  const today = (await stack.sim.now()).toISOString().slice(0, 10);
  for (const r of after) expect(days(r.to, today), `${r.table} of ${r.account} ends today`).toBeLessThanOrEqual(1);
  for (const r of before) expect(days(r.to, today), 'sixty days were missing').toBeGreaterThan(59);
});

type Range = { table: string; account: string; from: string; to: string };
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** What is loaded; a gap would make two ranges of one. */
async function rangesOf(): Promise<Range[]> {
  const { items } = await stack.api.call<{ items: Range[] }>('GET', `/sources/${id}/coverage?limit=10000`);
  return items.filter((r) => r.table === 'basic_ad').toSorted((a, b) => a.account.localeCompare(b.account));
}
