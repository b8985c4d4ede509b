// The end of the guide: what a token shows, step by step.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra, robot } from './sim';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=2,ads=2,days=40,seed=8' });
  id = await stack.connected({ name: 'Halden Europe' });
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

const missing = () =>
  me.page.getByRole('navigation', { name: 'Steps' }).getByText(', missing').locator('..').allInnerTexts();

async function paste(token: string): Promise<void> {
  await me.open(`/sources/${id}/guide/token-paste`);
  await me.field('Access token of the system user').fill(token);
  await me.button('Test and save').click();
}

it("names the step for a person's token, and saves it only if asked", async () => {
  await paste(await stack.sim.token('long', petra));
  await me.band('warn', 'This token works, but a step of the guide is missing.');
  expect((await missing()).join(' ')).toMatch(/Create a system user/);
  await me.button('Save it anyway').waitFor();
});

it("names the step for a system user's token that expires", async () => {
  await paste(await stack.sim.token('system60', robot));
  await me.band('warn', 'This token works, but a step of the guide is missing.');
  expect((await missing()).join(' ')).toMatch(/Generate a token/);
});

it('names the step for a token without the permission', async () => {
  await paste(await stack.sim.token('system', robot, ['public_profile']));
  await me.band('bad', /cannot be used/);
  expect((await missing()).join(' ')).toMatch(/Tick one permission/);
});

it('saves a token that does not expire', async () => {
  await paste(await stack.sim.token('system', robot));
  await me.at(`/sources/${id}`);
  await me.see('Saved. This token does not expire.');
});
