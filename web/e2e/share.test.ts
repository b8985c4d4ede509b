// A dashboard is shared with somebody who has no account: what they see, what they do not, and when it ends.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessible';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let account = '';
let other = '';
let address = '';
const password = 'fjord-87-lampa';
// The server does not count openings by browsers that say that a program drives them.
const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1';
const phone = { width: 375, height: 812, agent };
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=40,days=60,seed=11' });
  await stack.connected({ name: 'Halden' });
  [account = '', other = ''] = stack.sim.is.accounts.map((a) => a.replace('act_', ''));
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

type Made = { id: string; token: string; etag: string };
const make = (more: object = {}) =>
  stack.api.call<Made>('POST', '/share-links', {
    name: 'By a program',
    dashboard: 'performance',
    lock: [{ dimension: 'account', in: [account] }],
    filters: ['campaign'],
    ...more,
  });

/** Digits only: figures on screen have separators and signs of currencies. */
const plain = (text: string) => text.replaceAll(/[^0-9.-]/g, '');
const spend = (page: Page) => page.locator('.kpi').filter({ hasText: 'Spend' }).first().locator('.val');
const shown = async (page: Page) => until('a figure', async () => plain(await spend(page).innerText()));

/** What Meta says that an account spent. */
async function meta(id: string): Promise<number> {
  const range = JSON.stringify({ since: day(28), until: day(1) });
  const query = new URLSearchParams({
    fields: 'spend',
    level: 'account',
    time_range: range,
    access_token: stack.sim.is.token,
  });
  const answer = await fetch(`${stack.sim.is.url}/v25.0/act_${id}/insights?${query}`);
  return Number(((await answer.json()) as { data: { spend: string }[] }).data[0]?.spend);
}

/** Waits until a page says that it shows nothing. */
async function ended(page: Page, title = 'This link has ended'): Promise<void> {
  await page.getByRole('heading', { name: title }).waitFor({ timeout: 5_000 });
  const text = (await page.locator('body').innerText()).replace('410', '');
  expect(text, 'what is left on the page').not.toMatch(/\d/);
  expect(await page.locator('.kpi, table, svg.chart').count()).toBe(0);
}

it('shares a dashboard with a forced filter', async () => {
  await me.open('/dashboards/performance');
  await me.link('Share').click();
  await me.at('/dashboards/performance/share');
  const dialog = me.page.getByRole('dialog');
  await dialog.getByText('The link shows the figures of all accounts').waitFor();
  await dialog.getByLabel('For whom').fill('Board');
  await dialog.getByRole('button', { name: /^(Ad )?[Aa]ccount/ }).click();
  await me.page.getByRole('checkbox', { name: account }).check();
  await me.button('Apply').click();
  await dialog.getByText('The link shows the figures of all accounts').waitFor({ state: 'detached' });
  await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
  await dialog.getByRole('checkbox', { name: 'download CSV files' }).check();
  await me.button('Make the link').click();
  address = await dialog.getByRole('textbox', { name: 'Address of the link' }).inputValue();
  expect(address).toMatch(/\/s\/ats_[\w-]{43}$/);
  await me.button('Done').click();
  await me.at('/dashboards/performance');
});

it('shows it as the holder will see it, before it is made', async () => {
  await me.open('/dashboards/performance/share');
  const [tab] = await Promise.all([me.context.waitForEvent('page'), me.button('View as the holder').click()]);
  await tab.waitForURL('**/s/*');
  await tab.locator('.kpi').first().waitFor();
  await tab.close();
  const { items } = await stack.api.call<{ items: unknown[] }>('GET', '/share-links');
  expect(items.length, 'links in the list').toBe(1);
});

it('asks for the password, and shows the figures of that account only', async () => {
  const holder = await Visit.of(stack, phone, null);
  const foreign: string[] = [];
  holder.page.on('request', (r) => {
    if (!r.url().startsWith(stack.url) && !/^(data|blob):/.test(r.url())) foreign.push(r.url());
  });
  const answer = await holder.page.goto(address);
  expect(answer?.status()).toBe(200);
  expect(answer?.headers()['x-robots-tag']).toContain('noindex');
  await holder.field('Password').fill('fjord-87-lampe');
  await holder.button('Open').click();
  await holder.see('The password is wrong');
  expect(await holder.page.title()).not.toContain('Performance');
  await holder.field('Password').fill(password);
  await holder.button('Open').click();
  expect(Number(await shown(holder.page))).toBeCloseTo(await meta(account), 2);
  await holder.page.waitForFunction(() => !document.querySelector('.skel'));
  const text = await holder.page.locator('body').innerText();
  const { items } = await stack.api.call<{ items: { id: string; name: string }[] }>(
    'GET',
    '/dimensions/account/members',
  );
  expect(text).toContain(items.find((m) => m.id === account)?.name);
  expect(text).not.toContain(items.find((m) => m.id === other)?.name);
  expect(await holder.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(foreign, 'requests to others').toEqual([]);
  expect(await holder.page.evaluate(() => localStorage.length)).toBe(0);
  expect(await holder.page.evaluate(() => Object.keys(sessionStorage))).toEqual(['share-session']);
  expect(await holder.context.cookies()).toEqual([]);
  await holder.page.reload();
  await shown(holder.page); // the password is not asked for again
});

it('gives a file of the same figures, if the link allows it', async () => {
  const holder = await Visit.of(stack, { agent }, null);
  const { token } = await make({ download: true });
  await holder.open(`/s/${token}`);
  const downloads = holder.page.waitForEvent('download');
  await holder.button('Campaigns: save as CSV').click();
  let text = '';
  for await (const part of await (await downloads).createReadStream()) text += String(part);
  expect(text.split('\n').length).toBeGreaterThan(1);
  expect(text).not.toContain(other);
  await holder.open(`/s/${(await make()).token}`);
  await shown(holder.page);
  expect(await holder.page.getByRole('button', { name: /save as/ }).count()).toBe(0);
});

it('lets the holder choose days, campaigns and rows, and keeps that in the address', async () => {
  const holder = await Visit.of(stack, { agent }, null);
  await holder.open(`/s/${(await make()).token}`);
  const all = await shown(holder.page);
  await holder.page.getByRole('button', { name: /^Days/ }).click();
  await holder.button('Last 7 days').click();
  await until('other figures', async () => (await shown(holder.page)) !== all);
  const week = await shown(holder.page);
  expect(Number(week)).toBeLessThan(Number(all));
  await holder.page.getByRole('button', { name: /^Campaign all/ }).click();
  await holder.page.getByRole('dialog').getByRole('checkbox').first().check();
  await holder.button('Apply').click();
  await until('other figures', async () => (await shown(holder.page)) !== week);
  const one = await shown(holder.page);
  const rows = holder.page.getByRole('button', { name: /^Ad set of/ });
  await until('the rows of one campaign', async () => (await rows.count()) === 1);
  await rows.click();
  await holder.page.getByRole('button', { name: /^Ad of/ }).first().waitFor(); // prettier-ignore
  await holder.page.reload();
  expect(await shown(holder.page)).toBe(one);
  await holder.page.getByRole('button', { name: /^Ad of/ }).first().waitFor(); // prettier-ignore
});

it('adds the fee to everything', async () => {
  const holder = await Visit.of(stack, { agent }, null);
  await holder.open(`/s/${(await make({ fee: '0.15' })).token}`);
  expect(Number(await shown(holder.page))).toBeCloseTo((await meta(account)) * 1.15, 1);
});

it('is embedded by the sites that are named', async () => {
  const site = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<iframe src="${stack.url}/s/${token}" width="800" height="600"></iframe>`);
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const { token } = await make({ origins: [origin] });
  try {
    const holder = await Visit.of(stack, { agent }, null);
    await holder.page.goto(origin);
    const figure = holder.page.frameLocator('iframe').locator('.kpi .val').first();
    await until('a figure in the frame', async () => /\d/.test(await figure.innerText()));
  } finally {
    site.closeAllConnections();
    site.close();
  }
  const policy = async (token: string) =>
    (await fetch(`${stack.url}/s/${token}`)).headers.get('Content-Security-Policy')?.split('; ').at(-1);
  expect(await policy(token)).toBe(`frame-ancestors ${origin}`);
  expect(await policy((await make()).token)).toBe("frame-ancestors 'none'");
});

it('counts openings', async () => {
  await me.open('/links');
  const row = me.page.locator('tr').filter({ hasText: 'Board' });
  await row.getByRole('button', { name: '1 opening, 1 device' }).click();
  await me.page.getByRole('dialog').getByText('Safari').waitFor();
});

it('empties an open page within two seconds after the link was revoked', async () => {
  const holder = await Visit.of(stack, phone, null);
  await holder.page.goto(address);
  await holder.field('Password').fill(password);
  await holder.button('Open').click();
  await shown(holder.page);
  await holder.open('/api/docs');
  await holder.page.goBack();
  await shown(holder.page);
  await me.open('/dashboards/performance/share');
  await me.page.locator('tr').filter({ hasText: 'Board' }).getByRole('button', { name: /^Revoke/ }).click(); // prettier-ignore
  const clicked = Date.now();
  await ended(holder.page);
  const took = Date.now() - clicked;
  await me.see(/The link “Board” does not show anything any more/);
  console.info(`the page was empty ${took} ms after the click`);
  expect(took).toBeLessThan(2_000);
  await holder.open('/api/docs');
  await holder.page.goBack();
  await ended(holder.page);
  expect((await holder.page.reload())?.status()).toBe(410);
  await ended(holder.page);
});

it('shows nothing of a link that is not there', async () => {
  const holder = await Visit.of(stack, phone, null);
  expect((await holder.open(`/s/ats_${'x'.repeat(43)}`))?.status()).toBe(404);
  await holder.page.getByRole('heading', { name: 'This link has ended' }).waitFor();
});

it('shows what a changed link shows', async () => {
  const holder = await Visit.of(stack, { agent }, null);
  const { id, token, etag } = await make();
  await holder.open(`/s/${token}`);
  const before = await shown(holder.page);
  const form = { name: 'x', dashboard: 'performance', lock: [{ dimension: 'account', in: [other] }] };
  await stack.api.call('PUT', `/share-links/${id}`, form, etag);
  await until('other figures', async () => {
    const text = await spend(holder.page).innerText({ timeout: 100 }).catch(() => ''); // prettier-ignore
    return /\d/.test(text) && plain(text) !== before;
  });
  expect(Number(await shown(holder.page))).toBeCloseTo(await meta(other), 2);
});

it('changes a link: its name, its end, its password and its rows', async () => {
  const { id, token } = await make({ name: 'To change', password });
  const holder = await Visit.of(stack, { agent }, null);
  await holder.open(`/s/${token}`);
  await holder.field('Password').fill(password);
  await holder.button('Open').click();
  await shown(holder.page);
  await me.open('/links');
  await me.page.getByRole('button', { name: 'Change the link “To change”' }).click();
  const dialog = me.page.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Changed');
  await dialog.getByLabel('Ends').selectOption('30');
  await dialog.getByRole('button', { name: /^(Ad )?[Aa]ccount/ }).click();
  await me.page.getByRole('checkbox', { name: account }).uncheck();
  await me.page.getByRole('checkbox', { name: other }).check();
  await me.button('Apply').click();
  await dialog.getByText('The password stays as it is').waitFor();
  await dialog.getByRole('button', { name: 'New password' }).click();
  const secret = await dialog.getByRole('textbox', { name: 'Password' }).inputValue();
  expect(await violations(me.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await me.see('The link “To change” is changed.');
  const link = await stack.api.call<{ name: string; expires: string; filters: string[] }>('GET', `/share-links/${id}`);
  expect(link).toMatchObject({ name: 'Changed', filters: ['campaign'] });
  expect(new Date(link.expires).getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  await holder.field('Password').fill(secret);
  await holder.button('Open').click();
  expect(Number(await shown(holder.page))).toBeCloseTo(await meta(other), 2);
  // Without a change of the password, it stays.
  await me.page.getByRole('button', { name: 'Change the link “Changed”' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await holder.field('Password').fill(secret);
  await holder.button('Open').click();
  await shown(holder.page);
  await holder.context.close();
});

const greta = { email: 'greta@halden.example', password: 'correct horse battery' };

it('gives a guest one dashboard with the rows of one account', async () => {
  await me.open('/settings/people');
  await me.button('Invite').click();
  const dialog = me.page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill(greta.email);
  await dialog.getByRole('radio', { name: /^Guest/ }).check();
  expect(await dialog.getByText('May also').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Create the link' }).click();
  const link = await dialog.getByRole('textbox', { name: 'Invite link' }).inputValue();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  const guest = await Visit.of(stack, phone, null);
  await guest.page.goto(link);
  await guest.field('Your name').fill('Greta Guest');
  await guest.field('Password').fill(greta.password);
  await guest.button('Join').click();
  await guest.see('No dashboard was given to you');
  await me.page.reload();
  await me.page.locator('tr', { hasText: greta.email }).getByRole('button', { name: 'Change' }).click();
  await dialog.getByRole('checkbox', { name: 'Performance' }).check();
  await dialog.getByText('The guest sees the figures of all accounts').waitFor();
  const only = dialog.getByRole('group', { name: 'Only, in Performance' });
  await only.getByRole('combobox', { name: 'Add a filter' }).selectOption('account');
  await dialog.getByText('a filter without a choice shows nothing').waitFor();
  await only.getByRole('button', { name: /nothing$/ }).click();
  await me.page.getByRole('checkbox', { name: other }).check();
  await me.button('Apply').click();
  expect(await violations(me.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await me.see('Saved.');
  await guest.page.reload();
  await guest.button('Performance').click();
  await guest.at(/\/s\/ats_/);
  expect(Number(await shown(guest.page))).toBeCloseTo(await meta(other), 2);
  // Nothing else opens, whatever its address is.
  const front = await guest.context.newPage();
  await front.goto(`${stack.url}/dashboards/channels`);
  await front.getByRole('button', { name: 'Performance' }).waitFor();
  expect(await front.locator('nav').count()).toBe(0);
  expect(await violations(front)).toEqual([]);
  await front.getByRole('button', { name: 'Log out' }).click();
  await front.waitForURL('**/login');
  await ended(guest.page);
  await guest.context.close();
});

it('keeps what a guest was given, and takes it back', async () => {
  await me.open('/settings/people');
  await me.page.locator('tr', { hasText: greta.email }).getByRole('button', { name: 'Change' }).click();
  const dialog = me.page.getByRole('dialog');
  const box = dialog.getByRole('checkbox', { name: 'Performance' });
  await until('it is given', () => box.isChecked());
  const { items } = await stack.api.call<{ items: { id: string; name: string }[] }>('GET', `/dimensions/account/members?search=${other}`); // prettier-ignore
  const only = dialog.getByRole('group', { name: 'Only, in Performance' });
  await only.getByRole('button', { name: new RegExp(`^Account ${items[0]?.name.slice(0, 4)}`) }).waitFor();
  const guest = await Visit.of(stack, phone, greta);
  await guest.open('/');
  await guest.button('Performance').click();
  await shown(guest.page);
  await box.uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await ended(guest.page);
  await guest.context.close();
});

it('sends a dashboard to a channel, and says what became of it', async () => {
  const received: string[] = [];
  const site = createServer((request, answer) => {
    request.setEncoding('utf8');
    request.on('data', (part: string) => received.push(part));
    request.on('end', () => answer.end());
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  try {
    await me.open('/dashboards/performance');
    await me.button('Deliveries').click();
    const dialog = me.page.getByRole('dialog');
    await dialog.getByText('This dashboard is not sent to anybody.').waitFor();
    expect(await me.reason(dialog.getByRole('button', { name: 'Add a delivery' }))).toMatch(/first add a channel/);
    await stack.api.call('POST', '/channels', { kind: 'webhook', name: 'Office', settings: { url } });
    // The form opens before the list was shown, which must show the delivery all the same.
    let open = () => {};
    const opened = new Promise<void>((done) => (open = done));
    await me.page.route('**/subscriptions/options', async (r) => {
      await opened;
      await r.continue();
    });
    await me.page.reload();
    const read = me.page.waitForResponse(/subscriptions\?/);
    await me.button('Deliveries').click();
    await read;
    await dialog.getByRole('button', { name: 'Add a delivery' }).click();
    open();
    await dialog.getByLabel('How often').selectOption('month');
    await dialog.getByLabel('On day').fill('31');
    await dialog.getByLabel('At').fill('07:30');
    await dialog.getByLabel('Time zone').fill('Europe/Stockholm');
    await dialog.getByRole('button', { name: /^(Ad )?[Aa]ccount/ }).click();
    await me.page.getByRole('checkbox', { name: account }).check();
    await me.button('Apply').click();
    expect(await violations(me.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('07:30').waitFor();
    await dialog.getByRole('button', { name: 'Send now' }).click();
    await dialog.getByText('arrived').waitFor({ timeout: 30_000 });
    const spent = (await meta(account)).toFixed(2);
    expect(received.join('').replaceAll(/[^0-9.]/g, ' '), 'the figure of that account').toContain(spent);
    await dialog.getByRole('button', { name: 'Change' }).click();
    expect(await dialog.getByLabel('On day').inputValue()).toBe('31');
    await dialog.getByRole('checkbox', { name: 'Paused' }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('paused').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('This dashboard is not sent to anybody.').waitFor();
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

it('hides the figures a minute after the connection was lost, and shows them again', async () => {
  const holder = await Visit.of(stack, { agent, at: new Date() }, null);
  await holder.open(`/s/${(await make()).token}`);
  const before = await shown(holder.page);
  await stack.service.stop();
  await holder.page.clock.runFor(40_000);
  expect(await shown(holder.page)).toBe(before);
  await holder.page.clock.runFor(25_000);
  await ended(holder.page, 'Connection lost');
  await stack.serve();
  await until('the figures', async () => {
    await holder.page.clock.runFor(1_000);
    return (await spend(holder.page).count()) > 0 && plain(await spend(holder.page).innerText()) === before;
  });
});
