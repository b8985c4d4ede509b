// Why a figure differs from Ads Manager's, and naming rules: with the real service and the simulator.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const [from, to, before] = [day(9), day(3), day(10)];

async function spend(first: string, last: string): Promise<string> {
  const a = await stack.api.call<{ rows: { figures: { value: string }[] }[] }>('POST', '/query', {
    metrics: ['spend'],
    from: first,
    to: last,
  });
  return a.rows[0]!.figures[0]!.value;
}

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=1,ads=30,days=60,seed=5' });
  await stack.connected({ name: 'Halden', tables: [] });
  me = await Visit.of(stack);
}, 180_000);
afterAll(() => stack?.stop());

it('finds the edge of the dates that explains a figure', async () => {
  const [ours, seen] = [await spend(from, to), await spend(before, to)];
  await me.open(`/data/difference?metric=spend&from=${from}&to=${to}`);
  await me.field('Figure').fill(seen);
  await me.button('Find out why').click();
  await me.see('that explains the difference exactly');
  const said = await me.words();
  expect(said).toContain(`Adtally has ${ours} EUR`);
  expect(said).toContain('with the day before the first');
  expect(await me.page.locator('tr.is-on').first().innerText()).toContain('Gives the figure');
});

it('says that nothing explains a figure, and what is wrong with one', async () => {
  await me.field('Figure').fill('1.23');
  await me.button('Find out why').click();
  await me.see(/None of the \d+ ways to count explains it/);
  await me.field('Figure').fill('many');
  await me.button('Find out why').click();
  await me.see('The figure is not a number');
});

it('splits names, says what cannot be split, and keeps versions', async () => {
  await me.open('/data/naming');
  await me.see('No naming rules yet');
  await me.button('New rule').click();
  await me.field('Title').fill('Campaign names');
  await me.see('No name has the delimiter “_”: each stays in one piece');
  await me.field('Delimiter').fill(' | ');
  await me.page.getByLabel(/^Part 1/).fill('kind');
  await me.page.locator('th code', { hasText: 'kind' }).waitFor();
  await me.see(/^(All )?\d+ (of \d+ )?names (can be split|stay in one piece, without the delimiter)/);
  await me.button('Save').click();
  await me.see('Rule saved');
  const { items } = await stack.api.call<{ items: { name: string }[] }>('GET', '/dimensions');
  expect(items.map((d) => d.name)).toContain('kind');
  await me.page.getByLabel(/^Part 2/).fill('goal');
  await me.button('Save').click();
  await me.see('Versions');
  await me.button('Edit version 1').click();
  await until('version 1', async () => (await me.page.getByLabel(/^Part 2/).inputValue()) === '');
  await me.button('Delete').click();
  await me.button('Delete rule').click();
  await me.see('No naming rules yet');
});
