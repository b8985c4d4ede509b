// Ways back from a dead token: by login, the long way, by a token that is not good enough first.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra } from './sim';
import { maja, Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=3,days=60,seed=8' });
  me = await Visit.of(stack);
  id = await stack.connected({ name: 'Halden Europe', token: await stack.sim.token('long', petra) });
});
afterAll(() => stack?.stop());

/** Petra changes her password, which ends her tokens; the next sync finds out. */
async function dies() {
  await stack.sim.happens('password_changed', petra);
  await stack.api.call('POST', `/sources/${id}/runs`, {});
}

const type = (name: string) => me.field(`Type “${name}” to delete it`).fill(name);
const only = async () => (await stack.api.call<{ items: unknown[] }>('GET', '/sources')).items.length;

it('turns red without a reload, and green with two clicks and a login', async () => {
  await me.open(`/sources/${id}`);
  await me.band('ok');
  await dies();
  await me.band('bad', /password/);
  let clicks = 0;
  const click = async (name: 'Reconnect' | 'Log in with Facebook') => {
    clicks++;
    const inBand = me.page.locator('.attn').getByRole('link', { name });
    await (name === 'Reconnect' ? inBand : me.button(name)).click();
  };
  await click('Reconnect');
  await click('Log in with Facebook');
  await me.button('Continue').click(); // on Facebook's page
  await me.at(new RegExp(`/sources/${id}/configuration`));
  await me.see('Reconnected. Missing days are being loaded.');
  expect(clicks).toBeLessThanOrEqual(3);
  await stack.synced(id);
  await me.open(`/sources/${id}`);
  await me.band('ok', /up to date, as of/);
});

it('goes the long way: a second source, its token revealed, copied and pasted', async () => {
  await dies();
  await me.band('bad', /password/);
  await me.open('/connect/facebookads?how=login');
  await me.button('Log in with Facebook').click();
  await me.button('Continue').click();
  await me.see(/Petra Person's token is good/);
  await me.field('Name of the source').fill('Rescue');
  await me.button('Start syncing 2 accounts').click();
  await me.at(/\/sources\/[^/?]+$/);
  await me.link('Configuration').click();
  await me.button('Reveal').click();
  await me.field('Your password').fill('not my password');
  await me.button('Reveal for 30 seconds').click();
  await me.see(/wrong/i);
  await me.field('Your password').fill(maja.password);
  await me.button('Reveal for 30 seconds').click();
  await me.box('Access token').waitFor();
  expect(await me.box('Access token').inputValue()).toMatch(/^EAA/);
  await me.button('Copy').click();
  await me.see('Copied');

  await me.open(`/sources/${id}/reconnect?how=paste`);
  await me.field('New access token').focus();
  await me.page.keyboard.press('Control+V');
  await me.button('Test and save').click();
  await me.at(`/sources/${id}`);
  await stack.synced(id);
  await until('Sync now can be pressed', async () => !(await me.button('Sync now').getAttribute('aria-disabled')));
  const before = (await stack.api.runs(id)).length;
  await me.button('Sync now').click();
  await me.see('The sync has started.');
  await until('there is another run', async () => (await stack.api.runs(id)).length > before);
  await stack.synced(id);
  await me.band('ok', /up to date, as of/);
});

it('hides a revealed token by itself', async () => {
  await me.open('/sources');
  await me.link('Rescue').click();
  await me.link('Configuration').click();
  await me.page.clock.install();
  await me.button('Reveal').click();
  await me.field('Your password').fill(maja.password);
  await me.button('Reveal for 30 seconds').click();
  await me.box('Access token').waitFor();
  await me.page.clock.fastForward(31_000);
  await me.box('Access token').waitFor({ state: 'detached' });
  const { items } = await stack.api.call<{ items: unknown[] }>('GET', '/audit?what=credential.reveal');
  expect(items).toHaveLength(2);
});

it('deletes the wrong source, is warned, and restores it', async () => {
  await me.open(`/sources/${id}/delete`);
  await me.band('warn', 'This is your oldest source of this kind. Did you mean to delete Rescue?');
  expect(await me.reason(me.button('Delete the source'))).toContain('Type the name of the source');
  await type('Halden Europe');
  await me.button('Delete the source').click();
  await me.at('/sources');
  await me.see(/Halden Europe is deleted. You can restore it until/);
  await me.button('Restore').click();
  await me.at('/sources/deleted');
  await me.button('Restore').click();
  await me.see('Halden Europe is restored, with its schedule and its data.');
  await me.open(`/sources/${id}`);
  await me.band('ok');
});

it('deletes the second source', async () => {
  await me.open('/sources');
  await me.link('Rescue').click();
  await me.link('Configuration').click();
  await me.link('Delete the source…').click();
  await type('Rescue');
  await me.button('Delete the source').click();
  await me.at('/sources');
  await until('one source is left', async () => (await only()) === 1);
});
