// The first set-up, and settings of the whole installation.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { maja, Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=1,ads=2,days=40,seed=8', ready: false });
  me = await Visit.of(stack, {}, null);
});
afterAll(() => stack?.stop());

it('refuses a wrong code and a short password at their fields', async () => {
  await me.open('/');
  await me.at('/setup');
  await me.field('Your name').fill(maja.name);
  await me.field('E-mail').fill(maja.email);
  await me.field('Set-up code').fill('WRONG');
  await me.field('Password').fill(maja.password);
  await me.button('Create the account').click();
  await me.page.locator('.field', { hasText: 'Set-up code' }).locator('.err').waitFor();
  await me.field('Set-up code').fill(stack.code);
  await me.field('Password').fill('short');
  await me.button('Create the account').click();
  const said = me.page.locator('.field', { hasText: 'Password' }).locator('.err');
  await said.waitFor();
  expect(await said.innerText()).toMatch(/too weak/);
  await me.field('Password').fill(maja.password);
  await me.button('Create the account').click();
  await me.at('/catalog');
  await stack.api.enter(maja.email, maja.password);
});

it('has no button of a login provider that is not set up', async () => {
  const other = await Visit.of(stack, {}, null);
  await other.open('/login');
  await other.button('Log in').waitFor();
  expect(await other.page.getByText(/Log in with/).count()).toBe(0);
  await other.context.close();
});

it('says why nobody can log in with Facebook without a Meta app; pasting works', async () => {
  await me.open('/catalog/facebookads');
  await me.page.locator('.way--off', { hasText: 'Log in with Facebook' }).waitFor();
  expect(await me.page.locator('.way--off').innerText()).toMatch(/app/);
  await me.page.locator('a.way', { hasText: 'Paste a token' }).click();
  await me.field('Access token').fill(stack.sim.is.token);
  await me.button('Check the token').click();
  await me.page.getByRole('button', { name: /^Start syncing/ }).click();
  await me.at(/\/sources\/[0-9a-f-]+$/);
});

it('turns off revealing tokens for everybody', async () => {
  const at = new URL(me.page.url()).pathname;
  await me.open('/settings');
  await me.page.getByRole('checkbox', { name: /Tokens can be revealed/ }).uncheck();
  await me.see('Saved.');
  await me.open(`${at}/configuration`);
  expect(await me.reason(me.button('Reveal'))).toMatch(/turned off/);
  const answer = await me.context.request.post(`${stack.url}/api/v1${at}/credential/reveal`, {
    data: { password: maja.password },
  });
  expect(answer.status()).toBe(403);
  expect(await me.page.content()).not.toContain(stack.sim.is.token);
});

it('has a button of the login provider that is set up', async () => {
  const other = await Visit.of(stack, {}, null);
  await other.page.route('**/api/v1/setup', (route) => route.fulfill({ json: { needed: false, oidc: 'Halden SSO' } }));
  await other.open('/login?next=%2Fsources');
  const button = other.page.getByRole('link', { name: 'Log in with Halden SSO' });
  await button.waitFor();
  expect(await button.getAttribute('href')).toBe('/auth/oidc/start?to=%2Fsources');
  await other.context.close();
});

it('has words of its own for a login at the platform that is late, used or of somebody else', async () => {
  for (const [problem, words] of [
    ['login_late', 'The login took longer than ten minutes.'],
    ['login_used', 'This login has already been used.'],
    ['login_foreign', 'Somebody else started this login, or it was another browser.'],
    ['login_stale', 'This login was started in another browser, or has expired.'],
  ] as const) {
    await me.open(`/sources?problem=${problem}`);
    await me.band('bad', words);
  }
});

it('reports a budget that is exceeded, and can be told to be quiet about it', async () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await stack.api.file(
    'Radio',
    'spend',
    `date,channel,account_id,currency,spend\n${yesterday},Radio,radio-1,EUR,120\n`,
  );
  await stack.api.file(
    'Budgets',
    'budgets',
    `account_id,month,currency,amount\nradio-1,${yesterday.slice(0, 7)},EUR,100\n`,
  );
  await me.open('/alerts');
  const row = me.page.locator('tr', { hasText: 'Over budget' });
  await expect
    .poll(
      async () => {
        await me.page.reload();
        await me.page
          .locator('main')
          .getByText(/Over budget|Nothing needs you|What is wrong/)
          .first()
          .waitFor();
        return row.count();
      },
      { timeout: 40_000, interval: 1000 },
    )
    .toBe(1);
  expect(await row.innerText()).toMatch(/radio-1 has spent 120\.00 EUR by .*; its budget for the month is 100\.00 EUR/);
  await row.getByRole('button', { name: 'Snooze for a day' }).click();
  await row.getByText(/Snoozed until/).waitFor();
  await row.getByRole('button', { name: 'End the snooze' }).click();
  await row.getByRole('button', { name: 'Snooze for a week' }).waitFor();
});
