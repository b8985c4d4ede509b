// A token that is pasted: bad ones change nothing, others are asked about, and none stays behind.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra, robot } from './sim';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';
let current = '';
/** Where something that was typed could stay: addresses, bodies of answers, messages. */
const trail: string[] = [];
const answers: Promise<unknown>[] = [];

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=3,ads=2,days=40,seed=8' });
  current = await stack.sim.token('long', petra);
  id = await stack.connected({ name: 'Halden Europe', token: current });
  me = await Visit.of(stack);
  me.page.on('request', (r) => trail.push(r.url()));
  me.page.on('console', (m) => trail.push(m.text()));
  me.page.on('response', (r) => {
    const streams = (r.headers()['content-type'] ?? '').includes('event-stream');
    if (!streams)
      answers.push(
        r
          .text()
          .then((text) => trail.push(text))
          .catch(() => undefined),
      );
  });
});
afterAll(() => stack?.stop());

async function paste(token: string) {
  await me.open(`/sources/${id}/reconnect?how=paste`);
  await me.field('New access token').fill(token);
  await me.button('Test and save').click();
}

/** What the page and the browser keep, after somebody went on. */
async function kept(): Promise<string> {
  await me.page.evaluate(() => window.history.pushState({}, '', '/sources'));
  await me.open(`/sources/${id}`);
  await me.band('ok');
  const stored = await me.page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')].map((e) => (e as HTMLInputElement).value);
    return JSON.stringify([localStorage, sessionStorage, history.state, location.href, document.cookie, ...fields]);
  });
  await Promise.all(answers);
  return [stored, await me.page.content(), JSON.stringify(await me.context.storageState()), ...trail].join('\n');
}

const holder = async () => (await stack.api.call<{ who: string }>('GET', `/sources/${id}/credential`)).who;

it('keeps the current token if the new one is bad', async () => {
  await paste('EAAthisIsNoToken123456789012345678901234567890');
  await me.band('bad', 'This token cannot be used. The current one stays in place.');
  await me.page.getByRole('list', { name: 'Checks' }).getByText('failed').first().waitFor({ state: 'attached' });
  expect(await holder()).toBe('Petra Person');
});

it('says what is lost if the new token sees fewer accounts, and asks', async () => {
  const [first] = stack.sim.is.accounts;
  const other = '10000000000000042';
  await stack.sim.person({ id: other, name: 'Olga Other', accounts: [first!] });
  await paste(await stack.sim.token('long', other));
  await me.see('2 accounts are lost');
  await me.page.getByRole('button', { name: /^Save without / }).waitFor();
  expect(await holder()).toBe('Petra Person');
  await me.button('Keep the current token').click();
  await me.gone('2 accounts are lost');
  expect(await holder()).toBe('Petra Person');
});

it('takes a token with line breaks, from an e-mail', async () => {
  const token = await stack.sim.token('system', robot);
  await paste(`\r\n ${token.slice(0, 30)}\r\n${token.slice(30)} \n`);
  await me.at(`/sources/${id}`);
  await me.see('Reconnected. Missing days are being loaded.');
  expect(await holder()).not.toBe('Petra Person');
  const all = await kept();
  for (const part of [token, token.slice(0, 30), token.slice(30)]) expect(all.includes(part)).toBe(false);
  expect(all.includes(current)).toBe(false);
  expect(all.includes(stack.sim.is.app_secret)).toBe(false);
});

it('shows a token only in the answer to the reveal', async () => {
  await me.open(`/sources/${id}/configuration`);
  await me.button('Reveal').click();
  await me.field('Your password').fill('correct horse battery');
  trail.length = 0;
  await me.button('Reveal for 30 seconds').click();
  await me.box('Access token').waitFor();
  const token = await me.box('Access token').inputValue();
  await Promise.all(answers);
  expect(trail.filter((t) => t.includes(token))).toHaveLength(1);
  trail.length = 0;
  expect((await kept()).includes(token)).toBe(false);
});

it('gives a colleague’s token by another source, without showing it', async () => {
  await stack.connected({ name: 'Second', token: await stack.sim.token('long', petra) });
  await me.open(`/sources/${id}/reconnect?how=other`);
  await me.button('Test and save').click();
  await me.at(`/sources/${id}`);
  expect(await holder()).toBe('Petra Person');
});
