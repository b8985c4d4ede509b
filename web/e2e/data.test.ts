// The data diagram: every key is drawn, the same is said in words, and an ended token colors
// what depends on it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { petra } from './sim';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

type Diagram = {
  tables: { name: string; columns: { name: string; key: boolean }[] }[];
  references: { table: string; to_table: string }[];
};

let stack: Stack;
let me: Visit;
let id = '';
let diagram: Diagram;

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=1,ads=2,days=20,seed=8' });
  id = await stack.connected({ name: 'Halden Europe', tables: [], token: await stack.sim.token('long', petra) });
  diagram = await stack.api.call<Diagram>('GET', '/diagram');
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

it('draws every table with its key, and every reference', async () => {
  await me.open('/data');
  await me.button('Tables and keys').click();
  await me.at('/data?view=tables');
  await me.see('Tables and keys of facebook_ads');
  const drawn = await me.page.locator('a.dbox').evaluateAll((boxes) =>
    boxes.map((box) => ({
      name: box.querySelector('.dbox__name')!.textContent,
      keys: [...box.querySelectorAll('.dbox__row')]
        .filter((row) => row.querySelector('i')!.textContent!.startsWith('key'))
        .map((row) => row.querySelector('span')!.textContent),
    })),
  );
  const declared = diagram.tables.map((t) => ({
    name: t.name,
    keys: t.columns.filter((c) => c.key).map((c) => c.name),
  }));
  expect(drawn).toEqual(declared);
  expect(await me.page.locator('.diagram__lines g').count()).toBe(diagram.references.length);
});

it('says the same in words', async () => {
  for (const t of diagram.tables) {
    const row = me.page.getByRole('row').filter({ has: me.page.getByRole('link', { name: t.name, exact: true }) });
    const words = await row.innerText();
    for (const c of t.columns.filter((k) => k.key)) expect(words).toContain(c.name);
    for (const r of diagram.references.filter((k) => k.table === t.name)) expect(words).toContain(r.to_table);
  }
});

it('opens a table with the keyboard, and closes it with Escape', async () => {
  await me.page.locator('a.dbox', { hasText: 'campaigns' }).first().focus();
  await me.page.keyboard.press('Enter');
  await me.at(/table=campaigns/);
  const drawer = me.page.getByRole('dialog');
  await drawer.getByText('account_id', { exact: true }).first().waitFor();
  await me.page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await me.at('/data?view=tables');
});

it('dims what is not searched for, and keeps the search in the URL', async () => {
  await me.page.getByRole('searchbox', { name: 'Find a table' }).fill('ad_sets');
  await me.at(/q=ad_sets/);
  await me.page.reload();
  await me.see('Tables and keys of facebook_ads');
  const shown = await me.page.locator('a.dbox:not(.is-dim) .dbox__name').allInnerTexts();
  expect(shown.toSorted()).toEqual(['ad_sets', 'ad_sets_history']);
});

it('downloads SVG and DBML', async () => {
  for (const kind of ['SVG', 'DBML']) {
    const [file] = await Promise.all([me.page.waitForEvent('download'), me.link(kind).click()]);
    expect(file.suggestedFilename()).toBe(`facebook_ads.${kind.toLowerCase()}`);
  }
});

it('colors what depends on an ended token', async () => {
  await me.open('/data');
  await me.see('up to date');
  expect(await me.page.locator('.diagram__lines .is-bad').count()).toBe(0);
  await stack.sim.happens('password_changed', petra);
  await stack.api.call('POST', `/sources/${id}/runs`, {});
  await until('the source is red', async () => (await stack.api.source(id)).fault);
  await me.see(/colored: what depends on Halden Europe/);
  expect(await me.page.locator('.diagram__lines .is-bad').count()).toBe(
    await me.page.locator('.diagram__lines path').count(),
  );
});
