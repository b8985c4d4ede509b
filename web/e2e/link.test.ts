// Logins that end elsewhere: a connect link on a colleague's phone, and logins that were cancelled or denied.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra } from './sim';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';
let link = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=2,days=40,seed=8' });
  id = await stack.connected({ name: 'Halden Europe', token: await stack.sim.token('long', petra) });
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

const sources = async () => (await stack.api.call<{ items: unknown[] }>('GET', '/sources')).items.length;
const noSideways = (v: Visit) => v.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

it('makes a connect link', async () => {
  await me.open(`/sources/${id}/configuration`);
  await me.button('Connect link').click();
  await me.button('Create the link').click();
  link = await me.box('Connect link').inputValue();
  expect(link).toMatch(/\/link\/\S+$/);
});

it('works for somebody who is not logged in, on a phone, once', async () => {
  const phone = await Visit.of(stack, { width: 375, height: 740 }, null);
  await phone.page.goto(link);
  await phone.see('Connect Halden Europe');
  expect(await noSideways(phone)).toBe(true);
  await phone.button('Log in with Facebook').click();
  await phone.button('Cancel').click();
  await phone.see(/The login was cancelled (at|on) Facebook/);
  await phone.page.goto(link);
  await phone.button('Log in with Facebook').click();
  await phone.button('Continue').click();
  await phone.at(/\/link\/done\?outcome=good/);
  await phone.see('The ad accounts are connected.');
  expect(await noSideways(phone)).toBe(true);
  await phone.page.goto(link);
  await phone.see('This link is invalid, used or expired');
  expect(await phone.button('Log in with Facebook').count()).toBe(0);
});

it('connects nothing if the login was cancelled', async () => {
  await me.open('/connect/facebookads?how=login');
  await me.button('Log in with Facebook').click();
  await me.button('Cancel').click();
  await me.see(/The login was cancelled (at|on) Facebook/);
  await me.button('Log in again').waitFor();
  expect(await sources()).toBe(1);
});

it('connects nothing if the permission was denied, and says which', async () => {
  await me.button('Log in again').click();
  await me.page.getByLabel('ads_read').uncheck();
  await me.button('Continue').click();
  await me.band('bad', /ads_read|permission/);
  expect(await sources()).toBe(1);
});

it('has its own words for an answer that nobody asked for', async () => {
  await me.open('/auth/facebookads/callback?code=x&state=y');
  await me.see('This login was started in another browser, or has expired.');
  expect(await sources()).toBe(1);
});
