// What the pages of a source say: gaps, comparisons, faults, usage. Answers that a simulator
// gives only after days are put in place of the server's.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=3,ads=2,days=40,seed=8' });
  id = await stack.connected({ name: 'Halden Europe' });
  me = await Visit.of(stack);
});
afterAll(() => stack?.stop());

/** Changes the answer of a path until the test ends. */
async function instead(path: RegExp, change: (body: never) => unknown): Promise<() => Promise<void>> {
  await me.page.route(path, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    await route.fulfill({ response, json: change((await response.json()) as never) });
  });
  return () => me.page.unroute(path);
}
const source = new RegExp(`/api/v1/sources/[^/?]+$`);

it('says what is missing, why, and when it is tried again', async () => {
  const gap = {
    kind: 'gap',
    account: '1',
    account_name: 'Halden Outlet FR',
    table: 'basic_ad',
    from: '2026-11-12',
    to: '2026-11-12',
    days: 1,
    count: 3,
    reason: 'Meta answers that this is too much data.',
    code: 'too_much',
    last_tried: '2026-11-28T09:00:00Z',
    next_try: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const end = await instead(/\/gaps$/, () => ({ items: [gap] }));
  await me.open(`/sources/${id}`);
  await me.see('1 day missing.');
  const said = await me.page.locator('p.hint', { hasText: 'Halden Outlet FR' }).innerText();
  expect(said).toMatch(
    /12 Nov.*basic_ad.*too much data.*Next attempt today|12 Nov.*basic_ad.*too much data.*Next attempt tomorrow/s,
  );
  await end();
});

it('stamps figures that equal the total, and those that differ', async () => {
  await me.open(`/sources/${id}`);
  await me.page.locator('.stamp', { hasText: 'Matches' }).waitFor();
  expect(await me.page.locator('.tied').count()).toBeGreaterThan(0);
  type Answer = { summary: { differ: number; state: string; figures: { name: string; difference: string }[] }[] };
  const end = await instead(/\/reconciliation\?/, (body: Answer) => {
    const [first, ...rest] = body.summary;
    const figures = first!.figures.map((f) => (f.name === 'spend' ? { ...f, difference: '-12.4' } : f));
    return { ...body, summary: [{ ...first, differ: 1, state: 'differs', figures }, ...rest] };
  });
  await me.page.reload();
  await me.page.locator('.stamp--drift', { hasText: '1 account-day differs' }).waitFor();
  expect(await me.page.locator('.untied').count()).toBeGreaterThan(0);
  await end();
  await me.page.reload();
  await me.page.locator('.stamp', { hasText: 'Matches' }).waitFor();
  expect(await me.page.locator('.untied').count()).toBe(0);
});

it('names the run if a sync is already running', async () => {
  const { items } = await stack.api.call<{ items: { id: string }[] }>('GET', `/runs?source=${id}`);
  const run = items[0]!.id;
  await me.open(`/sources/${id}`);
  const path = /\/sources\/[^/]+\/runs$/;
  await me.page.route(path, (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      json: {
        type: 'urn:adtally:problem:run_on',
        title: 'Conflict',
        status: 409,
        code: 'run_on',
        act: 'wait',
        detail: 'A sync of this source is already running.',
        object: `run:${run}`,
        request: 'r',
      },
    }),
  );
  await me.button('Sync now').click();
  await me.see('A sync of this source is already running.');
  await me.button('Show it').click();
  await me.at(new RegExp(`/runs/${run}`));
  await me.page.unroute(path);
});

it('stays red while the retry of a failed sync runs', async () => {
  const health = { state: 'failed', sentence: 'The warehouse is held by another program.', hint: 'Close it.' };
  const ends = [
    await instead(source, (body: object) => ({ ...body, health })),
    await instead(/\/runs\?.*state=running/, () => ({
      items: [
        {
          id: 'x',
          source: id,
          state: 'running',
          trigger: 'schedule',
          started: new Date().toISOString(),
          seconds: 3,
          rows: 0,
          calls: 0,
          accounts_done: 0,
          accounts_total: 3,
        },
      ],
    })),
  ];
  await me.open(`/sources/${id}`);
  await me.band('bad', health.sentence);
  expect(await me.page.locator('header .status').innerText()).toBe('Failed');
  expect(await me.reason(me.button('Sync now'))).toMatch(/already running. It was started by the schedule at/);
  for (const end of ends) await end();
});

it('shows the sentence and the cure of each fault that needs a reconnect', async () => {
  const { items } = await stack.api.call<{ items: { act: string; code: string; message: string; hint: string }[] }>(
    'GET',
    '/catalog/facebookads/faults',
  );
  const faults = items.filter((f) => f.act === 'reconnect' && f.code.startsWith('token_'));
  expect(faults.length).toBeGreaterThan(8);
  for (const f of faults) {
    const end = await instead(source, (body: object) => ({
      ...body,
      health: { state: 'expired', sentence: f.message, hint: f.hint },
    }));
    await me.open(`/sources/${id}`);
    await me.band('bad', f.message);
    expect(await me.page.locator('.attn--bad').innerText(), f.code).toContain(f.hint);
    await me.page.locator('.attn--bad').getByRole('link', { name: 'Reconnect', exact: true }).waitFor();
    await end();
  }
});

it('adds usage up to the total, by table and by account, and keeps that in the URL', async () => {
  for (const by of ['table', 'account']) {
    await me.open(`/sources/${id}/usage?by=${by}`);
    await me.see(by === 'table' ? 'By table' : 'By account');
    const numbers = (cells: string[]) => cells.map((t) => Number(t.replace(/\D/g, '')));
    const rows = numbers(await me.page.locator('table').first().locator('tbody td[data-l=Calls]').allInnerTexts());
    const [total] = numbers(await me.page.locator('table').first().locator('tfoot td[data-l=Calls]').allInnerTexts());
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.reduce((n, r) => n + r, 0)).toBe(total);
    await me.page.reload();
    await me.see(by === 'table' ? 'By table' : 'By account');
  }
});
