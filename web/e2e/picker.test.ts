// The account picker with 430 accounts.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=430,ads=1,days=40,seed=4', sim: ['--latency', '20ms'] });
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

const rows = () => me.page.getByRole('checkbox', { name: /^Pick (?!all)/ });

it('fills in while the accounts arrive', async () => {
  await me.open('/connect/facebookads?how=login');
  await me.button('Log in with Facebook').click();
  await me.button('Continue').click();
  await me.at(/\/connect\/facebookads\?login=/);
  const began = Date.now();
  await me.page.getByRole('heading', { name: '430 ad accounts', exact: true }).waitFor();
  const took = Date.now() - began;
  console.info(`430 accounts were listed ${took} ms after the page had opened`);
  // The aim is 5 s; a busy machine gets three times that.
  expect(took).toBeLessThan(15_000);
  expect(await rows().count()).toBe(430);
});

it('finds and picks accounts', async () => {
  await until('the spend of all is there', async () => (await me.page.locator('.skel').count()) === 0);
  const second = (await me.page.locator('tbody .name .mono').nth(1).innerText()).replace('act_', '');
  const every = me.page.getByRole('checkbox', { name: 'Pick all that are shown' });
  await every.check(); // the active ones are picked already
  await every.uncheck();
  await me.see('0 accounts picked.');
  expect(await me.reason(me.button('Start syncing 0 accounts'))).toBe('Pick at least one account.');
  await me.field('Name, number or currency').fill(second);
  await until('one is shown', async () => (await rows().count()) === 1);
  expect(new URL(me.page.url()).searchParams.get('q')).toBe(second);
  await rows().first().check();
  await me.field('Name, number or currency').fill('');
  await me.see('1 account picked.');
  await me.button('Start syncing 1 account').waitFor();
});

it('sorts by spend within each currency', async () => {
  await me.page.getByRole('button', { name: /^Spend, 30 days/ }).click();
  await me.see(/The accounts use \d+ currencies, so spend is sorted within each\./);
});

it('takes all of them, and those added later', async () => {
  await me.page.getByLabel(/^All, and those added later/).check();
  await me.button('Start syncing 430 accounts').click();
  await me.at(/\/sources\/[^/?]+$/);
  const source = await stack.api.call<{ all_accounts: boolean }>('GET', `/sources/${me.page.url().split('/').at(-1)}`);
  expect(source.all_accounts).toBe(true);
});
