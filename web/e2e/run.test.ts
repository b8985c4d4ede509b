// A run while it runs: its log arrives, pauses, resumes without doubles, and it can be cancelled.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from './stack';
import { until } from './until';
import { Visit } from './visit';

let stack: Stack;
let me: Visit;
let id = '';
let run = '';

beforeAll(async () => {
  stack = await Stack.start({ size: 'accounts=6,ads=3,days=200,seed=8', sim: ['--latency', '60ms'] });
  const since = new Date(Date.now() - 1_000 * 86_400_000).toISOString().slice(0, 10);
  id = await stack.connected({ name: 'Halden Europe', since, tables: undefined }, false);
  me = await Visit.of(stack);
  const first = await until('a run', async () => (await stack.api.runs(id)).find((r) => r.id));
  run = first.id;
});
afterAll(() => stack?.stop());

const lines = () => me.page.locator('.log li[id]');
const numbers = () => lines().evaluateAll((all) => all.map((e) => Number(e.id.replace('line-', ''))));

it('shows lines as they arrive', async () => {
  await me.open(`/runs/${run}`);
  await lines().first().waitFor();
  const before = await lines().count();
  await until('more lines', async () => (await lines().count()) > before);
});

it('has no doubles after a reload', async () => {
  await me.page.reload();
  await until('twenty lines', async () => (await lines().count()) > 20);
  const all = await numbers();
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(all.toSorted((a, b) => a - b));
});

it('pauses when somebody scrolls up, and says so', async () => {
  await until('the log is longer than its box', () =>
    me.page.locator('.log').evaluate((e) => e.scrollHeight > e.clientHeight + 200),
  );
  await me.page.locator('.log').hover();
  await me.page.mouse.wheel(0, -400);
  const bar = me.page.locator('.log__paused');
  await bar.getByText(/^Paused/).waitFor();
  await bar.getByText(/\d+ new lines?/).waitFor();
  const at = await me.page.locator('.log').evaluate((e) => e.scrollTop);
  const before = await lines().count();
  await until('more lines', async () => (await lines().count()) > before);
  expect(await me.page.locator('.log').evaluate((e) => e.scrollTop)).toBe(at);
  await bar.getByRole('button', { name: 'Follow' }).click();
  await bar.waitFor({ state: 'detached' });
});

it('is cancelled, and keeps what was loaded', async () => {
  await until('rows were loaded', async () => (await stack.api.runs(id))[0]!.rows > 0);
  await me.button('Cancel the run').click();
  await me.see('Cancelled. Everything that was loaded so far stays.');
  await me.see('complete'); // the log
  await me.button('Cancel the run').waitFor({ state: 'detached' });
  const kept = await stack.api.call<{ items: unknown[] }>('GET', `/sources/${id}/coverage`);
  expect(kept.items.length).toBeGreaterThan(0);
});

it('leads to the first error', async () => {
  await stack.sim.script(`account act_${stack.sim.is.accounts[2]!.replace('act_', '')} is forbidden`);
  const change = { tables: ['basic_account'], since: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10) };
  await stack.api.edit('PATCH', `/sources/${id}`, change);
  const { id: next } = await stack.api.call<{ id: string }>('POST', `/sources/${id}/runs`, {});
  await until('the run has ended', async () => (await stack.api.runs(id)).every((r) => r.ended), 40_000);
  await me.open(`/runs/${next}`);
  await me.see('complete');
  await me.page.keyboard.press('e');
  await me.page.locator('.log li.is-bad.is-marked').waitFor();
  expect(me.page.url()).toMatch(/#line-\d+$/);
});

it('stays smooth with 10,000 lines', async () => {
  const line = (seq: number) =>
    `id: ${seq}\nevent: line\ndata: ${JSON.stringify({ seq, at: new Date().toISOString(), level: 'info', message: `${seq} rows of 2026-01-01 to 2026-01-31.` })}\n\n`;
  const body = Array.from({ length: 10_000 }, (_, i) => line(i + 1)).join('') + 'event: end\ndata: {}\n\n';
  await me.page.route('**/events?**', (r) => r.fulfill({ contentType: 'text/event-stream', body }));
  await me.open(`/runs/${run}`);
  await me.see('10000 rows of');
  const frames = await me.page.locator('.log').evaluate(async (box) => {
    const took: number[] = [];
    let last = 0;
    for (let i = 0; i < 60; i++) {
      box.scrollTop = i % 2 ? box.scrollHeight : (box.scrollHeight * i) / 60;
      const now = await new Promise<number>(requestAnimationFrame);
      if (last) took.push(now - last);
      last = now;
    }
    return took.toSorted((a, b) => a - b);
  });
  // Other work on the machine can make any one frame late.
  const [usual, slow] = [frames[Math.floor(frames.length / 2)]!, frames[Math.floor(frames.length * 0.9)]!];
  console.info(`Half of the frames took ${Math.round(usual)} ms at most, nine in ten ${Math.round(slow)} ms`);
  expect(slow).toBeLessThan(1_000);
  await me.page.unroute('**/events?**');
});
