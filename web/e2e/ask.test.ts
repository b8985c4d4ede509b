// SQL: the tables and their columns, suggestions, a result, its limits, and what is refused.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=1,ads=3,days=20,seed=8' });
  await stack.connected();
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

const sql = () => me.box('SQL');
const run = async (text: string) => {
  await sql().fill(text);
  await sql().press('Control+Enter');
};
const cells = () => me.page.locator('.sqlresult tbody tr').evaluateAll((rows) => rows.map((r) => r.textContent));

it('lists tables with descriptions and columns, and writes their names', async () => {
  await me.open('/data/ask');
  await me.page.getByRole('searchbox', { name: 'Find a table or column' }).fill('basic_account');
  await me.page.locator('.sqltables summary', { hasText: 'basic_account' }).first().click();
  const words = await me.page.locator('.sqltables details[open]').innerText();
  expect(words).toContain('spend');
  expect(words).toContain('can be added up');
  expect(words).not.toContain('_load_id');
  await sql().fill('SELECT count(*) AS n FROM ');
  await me.button('Write its name').first().click();
  expect(await sql().inputValue()).toBe('SELECT count(*) AS n FROM facebook_ads.basic_account');
  await sql().press('Control+Enter');
  await me.see('Result');
  expect(Number((await cells())[0])).toBeGreaterThan(0);
});

it('suggests names with the keyboard', async () => {
  await sql().fill('');
  await sql().pressSequentially('SELECT sum(spend) FROM facebook_ads.basic_acc');
  await me.page.getByRole('option', { name: /^basic_account/ }).waitFor();
  await sql().press('Tab');
  expect(await sql().inputValue()).toBe('SELECT sum(spend) FROM facebook_ads.basic_account');
});

it('shows which limit struck, and NULL apart from an empty text', async () => {
  await me.field('Rows at most').selectOption('100');
  await run("SELECT NULL AS a, '' AS b, range AS c FROM range(100000)");
  await me.see('Only the first 100 rows are shown');
  expect((await cells())[0]).toBe('NULL0');
});

it('says why a statement is refused or wrong, and shows no other table', async () => {
  await run('SELECT * FROM facebook_ads._loads');
  await me.band('bad', 'There is no table facebook_ads._loads');
  await run('DELETE FROM facebook_ads.basic_account');
  await me.band('bad', 'Only a SELECT statement can be run');
  await run("SELECT * FROM read_text('/etc/passwd')");
  await me.band('bad', 'The table function read_text is not allowed');
});

it('stops a statement', async () => {
  await run('SELECT sum(i) FROM generate_series(1, 1000000000000) t(i)');
  await me.see('The statement is running');
  await me.button('Stop').click();
  await me.band('warn', 'The statement was stopped');
  await run('SELECT 1 AS one');
  await me.see('1 row in');
});

it('downloads a result as CSV, in which no cell is a formula', async () => {
  await run("SELECT '=1+1' AS formula");
  await me.see('1 row in');
  const [file] = await Promise.all([me.page.waitForEvent('download'), me.button('CSV').click()]);
  expect(await readFile(await file.path(), 'utf8')).toBe("formula\n'=1+1\n");
});

it('saves a statement for everybody, and opens it by its link', async () => {
  await sql().fill('SELECT 42 AS answer');
  await me.button('Save as…').click();
  await me.field('Name').fill('The answer');
  await me.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await me.at(/saved=/);
  await me.page.reload();
  await me.page.getByRole('heading', { name: 'The answer' }).waitFor();
  expect(await sql().inputValue()).toBe('SELECT 42 AS answer');
  await sql().fill('SELECT 43 AS answer');
  await me.button('Save').click();
  await me.page.reload();
  await me.page.getByRole('heading', { name: 'The answer' }).waitFor();
  expect(await sql().inputValue()).toBe('SELECT 43 AS answer');
  await me.button('Delete').click();
  await me.see('Nothing is saved yet');
});

it('is closed to viewers, on the page and in the API', async () => {
  const { link } = await stack.api.call<{ link: string }>('POST', '/invites', {
    email: 'vera@halden.example',
    role: 'viewer',
    permissions: [],
  });
  const viewer = await Visit.of(stack, {}, null);
  await viewer.page.goto(new URL(link, stack.url).href);
  await viewer.field('Your name').fill('Vera Viewer');
  await viewer.field('Password').fill('correct horse battery');
  await viewer.button('Join').click();
  await viewer.at(/\/(dashboards|sources)/);
  await viewer.open('/data/ask');
  await viewer.see('SQL sees every source');
  expect(await viewer.page.getByRole('textbox').count()).toBe(0);
  for (const path of ['run', 'run.csv', 'stop', 'saved']) {
    const answer = await viewer.context.request.post(`${stack.url}/api/v1/sql/${path}`, { data: { sql: 'SELECT 1' } });
    expect(answer.status(), path).toBe(403);
  }
});
