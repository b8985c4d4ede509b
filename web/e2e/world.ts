// Sources in every state, for the pictures and for the tests of every page.
import { Stack, until } from './stack';

type Run = { id: string; state: string };

export type World = {
  fresh: Stack;
  empty: Stack;
  one: Stack;
  many: Stack;
  /** Sources of `many` by their state, and `one`'s. */
  ids: Record<string, string>;
  codes: Record<string, string>;
  stop: () => Promise<void>;
};

const small = 'accounts=1,ads=3,days=40,seed=5';
const tables = ['basic_ad', 'basic_campaign', 'basic_account'];

async function source(stack: Stack, more: Record<string, unknown>): Promise<string> {
  const body = { connector: 'facebookads', token: stack.sim.token, tables, ...more };
  return (await stack.call<{ id: string }>('POST', '/api/v1/sources', body)).id;
}

async function latest(stack: Stack, id: string): Promise<Run | undefined> {
  return (await stack.call<{ items: Run[] }>('GET', `/api/v1/runs?source=${id}&limit=1`)).items[0];
}

/** Waits for the first run of a source to end. */
const synced = (stack: Stack, id: string) =>
  until(
    'a run to end',
    async () => {
      const run = await latest(stack, id);
      return run && run.state !== 'running' && run.state !== 'waiting' && run;
    },
    180,
  );

const mint = async (stack: Stack, kind: string, person: string) =>
  (await stack.simulate<{ token: string }>('token', { kind, person, app: stack.sim.app_id })).token;

/** The days from which sources read, so that the first load is short. */
const since = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

async function fill(stack: Stack): Promise<Record<string, string>> {
  const [a = '', b = '', c = '', d = '', ...rest] = stack.sim.accounts;
  await stack.setUp();
  await stack.simulate('person', { id: '501', name: 'Jonas Berg', accounts: [a, b] });
  await stack.simulate('person', { id: '502', name: 'Petra Lund', accounts: [c] });
  await stack.simulate('person', { id: '503', name: 'Other Owner', accounts: [a, d] });
  await stack.simulate('script', `account ${b} withholds name\n`);
  await stack.simulate('script', `field spend missing at campaign level on ${rest[0]}\n`);
  // Without an app, a token that lives two hours cannot be exchanged for a longer one.
  const soon = await source(stack, {
    name: 'Halden Kids',
    token: await mint(stack, 'short', '502'),
    accounts: [c],
    since: since(10),
  });
  await stack.setApp();
  const token = await mint(stack, 'long', '501');
  const fine = await source(stack, { name: 'Halden Europe', accounts: rest, since: since(100) });
  const expired = await source(stack, { name: 'Halden Outlet', token, accounts: [a, b], since: since(20) });
  for (const id of [fine, expired, soon]) await synced(stack, id);
  await stack.simulate('event', { event: 'password_changed', person: '501' });
  await stack.call('POST', `/api/v1/sources/${expired}/runs`, {});
  await until('the token to end', async () => {
    const found = await stack.call<{ fault?: { act: string } }>('GET', `/api/v1/sources/${expired}`);
    return found.fault?.act === 'reconnect';
  });
  await stack.simulate('script', `throttle ads_insights on ${d} for 30m\nslow 2s always on ${rest[1]}\n`);
  const waiting = await source(stack, { name: 'Halden IS', accounts: [d], since: since(30) });
  const deleted = await source(stack, {
    name: 'Old trial',
    token: await mint(stack, 'long', '503'),
    accounts: [a],
    since: since(3),
  });
  await synced(stack, deleted);
  await stack.edit('DELETE', `/api/v1/sources/${deleted}`);
  return { fine, expired, soon, waiting, deleted };
}

/** A small source that is up to date. */
async function fillOne(one: Stack): Promise<string> {
  await one.setUp();
  await one.setApp();
  const id = await source(one, { name: 'Halden', all_accounts: true, since: since(40) });
  await synced(one, id);
  return id;
}

export async function makeOne(): Promise<Pick<World, 'one' | 'ids' | 'stop'>> {
  const one = await Stack.start(small);
  return { one, ids: { single: await fillOne(one) }, stop: () => one.stop() };
}

export async function makeWorld(): Promise<World> {
  const [fresh, empty, one, many] = await Promise.all([
    Stack.start(small),
    Stack.start(small),
    Stack.start(small),
    Stack.start('accounts=12,ads=12,days=120,seed=3'),
  ]);
  await empty.setUp();
  const ids = await fill(many);
  ids.single = await fillOne(one);
  ids.run = (await latest(many, ids.fine ?? ''))?.id ?? '';
  ids.failedRun = (await latest(many, ids.expired ?? ''))?.id ?? '';
  ids.waitingRun = await until('the run that waits', async () => (await latest(many, ids.waiting ?? ''))?.id);
  const codes: Record<string, string> = {};
  const link = (await many.call<{ url: string }>('POST', `/api/v1/sources/${ids.expired}/connect-links`, { days: 7 }))
    .url;
  codes.other = await mint(many, 'long', '503');
  codes.link = new URL(link, many.url).pathname;
  const invite = (
    await many.call<{ link: string }>('POST', '/api/v1/invites', { email: 'lin@halden.example', role: 'viewer' })
  ).link;
  codes.invite = invite.slice(invite.indexOf('#'));
  const self = await many.call<{ user: { id: string } } & { id: string }>('GET', '/api/v1/session');
  const reset = (await many.call<{ link: string }>('POST', `/api/v1/users/${self.user?.id ?? self.id}/reset`)).link;
  codes.reset = reset.slice(reset.indexOf('#'));
  await many.call('POST', '/api/v1/keys', { name: 'laptop', role: 'viewer' });
  await many.call('POST', '/api/v1/channels', {
    kind: 'webhook',
    name: 'Ops',
    settings: { url: 'http://127.0.0.1:9/hook' },
  });
  const stop = async () => {
    await Promise.all([fresh, empty, one, many].map((s) => s.stop()));
  };
  return { fresh, empty, one, many, ids, codes, stop };
}
