// Bad days: a rate limit, somebody else's edit, an ended session, a server that is gone, and a viewer.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { still } from './browse';
import { maja, Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=3,ads=2,days=40,seed=8', daysAgo: 0.5 });
  id = await stack.connected({ name: 'Halden Europe' });
  me = await Visit.of(stack, { at: await stack.sim.now() });
});
afterAll(() => stack?.stop());

/** The first page of somebody whose sources are synced. */
const home = '/dashboards/performance';

const health = async () => (await stack.api.call<{ health: { state: string } }>('GET', `/sources/${id}`)).health.state;

it('says that accounts wait for the rate limit, and when that is over', async () => {
  await me.open(`/sources/${id}`);
  await me.band('ok');
  for (const a of stack.sim.is.accounts.slice(0, 2))
    await stack.sim.script(`throttle ads_insights on act_${a.replace('act_', '')} for 30m`);
  await stack.api.call('POST', `/sources/${id}/runs`, {});
  await until('the service waits', async () => (await health()) === 'waiting');
  const began = Date.now();
  await me.band(
    'wait',
    /\d are waiting for .*rate limit until \d\d:\d\d|\d is waiting for .*rate limit until \d\d:\d\d/,
  );
  const took = Date.now() - began;
  console.info(`The page said so ${took} ms after the service knew`);
  // The aim is 2 s; a busy machine gets three times that.
  expect(took).toBeLessThan(6_000);
  await me.band('wait', /2 are waiting/);
  await stack.sim.pass(31 / (24 * 60));
  // What a process knows of the limits counts real time.
  await stack.service.stop();
  await stack.serve();
  await me.page.locator('.attn--wait').waitFor({ state: 'detached', timeout: 30_000 });
  await me.band('ok', /up to date, as of/, 30_000);
});

it('shows their version if somebody else edited first', async () => {
  await me.open(`/sources/${id}/configuration`);
  await me.field('Name').fill('My name');
  await me.see('1 unsaved change');
  await stack.api.edit('PATCH', `/sources/${id}`, { name: 'Their name' });
  // The page knows the new version by now; what is sent is the one that the edit began with.
  await me.button('Save').click();
  const conflict = me.page.getByRole('alert').getByText(/Not saved: someone else changed this in the meantime/);
  await conflict.waitFor();
  expect(await me.field('Name').inputValue()).toBe('My name');
  await me.button('Show their version').click();
  await until('their name', async () => (await me.field('Name').inputValue()) === 'Their name');
});

it('comes back to where one was after a new login', async () => {
  await me.open(`/sources/${id}/runs?by=schedule`);
  await me.see('Logs are kept for 30 days.');
  await me.context.request.delete(`${stack.url}/api/v1/session`);
  await me.at(/\/login\?next=/); // by itself: the server closes the page's stream of events
  await me.field('E-mail').fill(maja.email);
  await me.field('Password').fill(maja.password);
  await me.button('Log in').click();
  await me.at(`/sources/${id}/runs?by=schedule`);
});

it('goes only to paths of its own after a login', async () => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/\t/evil.example',
  ]) {
    await me.context.clearCookies();
    await me.open(`/login?next=${encodeURIComponent(next)}`);
    await me.field('E-mail').fill(maja.email);
    await me.field('Password').fill(maja.password);
    await me.button('Log in').click();
    await me.at(home);
    expect(new URL(me.page.url()).origin).toBe(stack.url);
  }
});

it('says that the server is gone, loses nothing that was typed, and goes on', async () => {
  await me.open(`/sources/${id}/configuration`);
  await me.field('Name').fill('Typed while it was gone');
  await stack.service.stop();
  await me.see(/Connection lost at \d\d:\d\d\. Showing data as of then; reconnecting\./, 30_000);
  expect(await me.field('Name').inputValue()).toBe('Typed while it was gone');
  await stack.serve();
  await me.gone(/Connection lost/, 30_000);
  expect(await me.field('Name').inputValue()).toBe('Typed while it was gone');
  await me.button('Save').click();
  await me.see('Saved. The next sync uses it.');
});

it('shows a viewer no secret, and no button that they may not press', async () => {
  const { link } = await stack.api.call<{ link: string }>('POST', '/invites', {
    email: 'vera@halden.example',
    role: 'viewer',
    permissions: [],
  });
  const vera = await Visit.of(stack, { at: await stack.sim.now() }, null);
  await vera.page.goto(new URL(link, stack.url).href);
  await vera.field('Your name').fill('Vera Viewer');
  await vera.field('Password').fill('correct horse battery');
  await vera.button('Join').click();
  await vera.at(home);
  const forbidden =
    /^(Connect a source|Sync now|Reconnect|Reveal|Restore|Save|Cancel the run|Add the report|Delete the source…|Show a day|Log in with Facebook|Test and save|Create the link|Invite)$/;
  for (const path of [
    '',
    '/runs',
    '/tables',
    '/usage',
    '/configuration',
    '/tables/new',
    '/reconnect',
    '/reconnect?how=paste',
    '/delete',
  ]) {
    await vera.open(`/sources/${id}${path}`);
    await still(vera.page);
    const pressable = await vera.page
      .locator('button:not([aria-disabled=true]):not(:disabled), a.btn')
      .evaluateAll((all) => all.map((e) => (e as HTMLElement).innerText.trim()));
    expect(
      pressable.filter((t) => forbidden.test(t)),
      `on ${path || 'the overview'}`,
    ).toEqual([]);
    expect((await vera.page.content()).includes(stack.sim.is.token)).toBe(false);
  }
  expect(await vera.reason(vera.button('Test and save').or(vera.button('Delete the source')).first())).toMatch(
    /Ask an admin/,
  );
  const ask = (method: 'post' | 'put' | 'delete', path: string, data: unknown = {}) =>
    vera.context.request[method](`${stack.url}/api/v1${path}`, { data, headers: { 'If-Match': '"1"' } });
  for (const answer of [
    await ask('post', `/sources/${id}/credential/reveal`, { password: 'correct horse battery' }),
    await ask('put', `/sources/${id}/credential`, { token: 'EAA' }),
    await ask('post', `/sources/${id}/runs`),
    await ask('post', `/sources/${id}/connect-links`),
    await ask('delete', `/sources/${id}?name=x`),
    await ask('post', '/invites', { email: 'x@halden.example', role: 'admin', permissions: [] }),
  ])
    expect(answer.status(), answer.url()).toBe(403);
});
