// The paste journey by keyboard alone, and addresses that keep what one chose.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra, robot } from './sim';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=2,days=40,seed=8' });
  id = await stack.connected({ name: 'Halden Europe', token: await stack.sim.token('long', petra) });
  await stack.sim.happens('password_changed', petra);
  await stack.api.call('POST', `/sources/${id}/runs`, {});
  await until('it is red', async () => (await stack.api.source(id)).fault);
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

/** Presses Tab until something with this name has the focus, which must be visible. */
async function tabTo(name: string) {
  for (let i = 0; i < 60; i++) {
    await me.page.keyboard.press('Tab');
    const focus = await me.page.evaluate(() => {
      const e = document.activeElement as HTMLInputElement;
      const style = getComputedStyle(e);
      const name = e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.innerText ?? '';
      return { name: name.trim(), ring: style.outlineStyle !== 'none' || style.boxShadow !== 'none' };
    });
    if (focus.name !== name) continue;
    expect(focus.ring, `the focus on ${name} can be seen`).toBe(true);
    return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

it('reconnects by keyboard alone', async () => {
  await me.open('/sources');
  await me.band('bad', /password/);
  await tabTo('Reconnect');
  await me.page.keyboard.press('Enter');
  await me.at(`/sources/${id}/reconnect`);
  await me.page.getByRole('heading', { level: 1 }).waitFor();
  await tabTo('Paste a token');
  await me.page.keyboard.press('Enter');
  await me.at(`/sources/${id}/reconnect?how=paste`);
  await tabTo('New access token');
  await me.page.keyboard.insertText(await stack.sim.token('system', robot));
  await tabTo('Test and save');
  await me.page.keyboard.press('Enter');
  await me.at(`/sources/${id}`);
  await me.band('ok', /up to date, as of/, 30_000);
});

it('knows its shortcuts', async () => {
  await me.page.keyboard.press('g');
  await me.page.keyboard.press('s');
  await me.at('/sources');
  await me.page.keyboard.press('j');
  await me.page.keyboard.press('Enter');
  await me.at(`/sources/${id}`);
  await me.page.keyboard.press('?');
  await me.page.getByRole('dialog').waitFor();
  await me.page.keyboard.press('Escape');
  await me.page.getByRole('dialog').waitFor({ state: 'detached' });
  await me.page.keyboard.press('Control+K');
  await me.page.getByRole('dialog').waitFor();
  await me.page.keyboard.press('Escape');
});

it('keeps tab and filter on back and reload', async () => {
  await me.open(`/sources/${id}`);
  await me.link('Runs').click();
  await me.at(`/sources/${id}/runs`);
  await me.page.getByLabel('State').selectOption('failed');
  await me.at(/\/runs\?state=failed$/);
  await me.page.reload();
  expect(await me.page.getByLabel('State').inputValue()).toBe('failed');
  await me.page.locator('a.rowlink').first().click();
  await me.at(/\/runs\/[^/?]+$/);
  await me.page.goBack();
  await me.at(/\/runs\?state=failed$/);
  expect(await me.page.getByLabel('State').inputValue()).toBe('failed');
  await me.page.goBack();
  await me.at(`/sources/${id}/runs`);
  expect(await me.page.getByLabel('State').inputValue()).toBe('');
  await me.page.goBack();
  await me.at(`/sources/${id}`);
});
