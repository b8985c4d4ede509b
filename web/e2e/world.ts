// Sources in every state, for the pictures and for the tests of every page.
import { Browser } from './browser';
import { maja, Stack } from './stack';
import { until } from './until';

export type Where = 'fresh' | 'empty' | 'one' | 'many';

export type World = Record<Where, Stack> & {
  browser: Browser;
  /** Sources and runs by their state. */
  ids: Record<string, string>;
  /** Codes and tokens that views need. */
  codes: Record<string, string>;
};

const small = 'accounts=2,ads=2,days=40,seed=5';

/** The days from which sources read, so that the first load is short. */
const since = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** The latest run of a source, once there is one. */
const latest = (stack: Stack, source: string) =>
  until('a run', async () => (await stack.api.runs(source)).find((r) => r.id)?.id);

/** Waits until the newest run of a source has ended, well or not. */
const ended = (stack: Stack, source: string) =>
  until('the end of a run', async () => (await stack.api.runs(source))[0]?.ended, 60_000);

const tables = ['basic_ad', 'basic_campaign', 'basic_account'];

async function fill(stack: Stack): Promise<Record<string, string>> {
  const { api, sim } = stack;
  const [a = '', b = '', c = '', d = '', , gappy = '', ...rest] = sim.is.accounts;
  const connect = (name: string, accounts: string[], days: number, token = sim.is.token) =>
    stack.connected({ name, accounts, all_accounts: false, since: since(days), token, tables }, false);
  await sim.person({ id: '501', name: 'Jonas Berg', accounts: [a, b] });
  await sim.person({ id: '502', name: 'Petra Lund', accounts: [c] });
  await sim.script(`account ${b} withholds name`);
  await sim.script(`field spend missing at campaign level on ${gappy}`);
  // Without an app, a token that lives two hours cannot be exchanged for a longer one.
  await api.call('POST', '/setup', { ...maja, code: stack.code });
  const soon = await connect('Halden Kids', [c], 10, await sim.token('short', '502'));
  const { app_id: id, app_secret: secret } = sim.is;
  await api.edit('PUT', '/catalog/facebookads/app', { id, secret });
  const fine = await connect('Halden Europe', rest, 100);
  const differs = await connect('Halden Stores', [gappy], 20);
  const expired = await connect('Halden Outlet', [a, b], 20, await sim.token('long', '501'));
  const deleted = await connect('Old trial', [a], 3);
  for (const id of [soon, fine, differs, expired, deleted]) await ended(stack, id);
  await api.edit('DELETE', `/sources/${deleted}`);
  await sim.happens('password_changed', '501');
  await api.call('POST', `/sources/${expired}/runs`, {});
  await until('the end of a token', async () => (await api.source(expired)).fault);
  await sim.script(`throttle ads_insights on ${d} for 30m`);
  const waiting = await connect('Halden IS', [d], 30);
  return { soon, fine, differs, expired, deleted, waiting };
}

/** Things that have a page of their own, and what opens pages without a login. */
async function furnish(stack: Stack, ids: Record<string, string>): Promise<Record<string, string>> {
  const { api, sim } = stack;
  const [a = '', , , d = ''] = sim.is.accounts;
  const fineAccount = sim.is.accounts.at(-1)!.replace('act_', '');
  const after = (text: string, mark: string) => text.slice(text.indexOf(mark));
  const link = await api.call<{ url: string }>('POST', `/sources/${ids.expired}/connect-links`, { days: 7 });
  const invited = { email: 'lin@halden.example', role: 'viewer' };
  const invite = await api.call<{ link: string }>('POST', '/invites', invited);
  const { items } = await api.call<{ items: { id: string }[] }>('GET', '/users');
  const reset = await api.call<{ link: string }>('POST', `/users/${items[0]!.id}/reset`);
  await api.call('POST', '/keys', { name: 'laptop', role: 'viewer' });
  // Port 9 discards, so that nobody is told anything.
  await api.call('POST', '/channels', { kind: 'webhook', name: 'Ops', settings: { url: 'http://127.0.0.1:9/' } });
  Object.assign(ids, await uploads(stack));
  const shares = await shareLinks(stack, fineAccount);
  await sim.person({ id: '503', name: 'Other Owner', accounts: [a, d] });
  return {
    ...shares,
    link: after(link.url, '/link/'),
    invite: after(invite.link, '#'),
    reset: after(reset.link, '#'),
    other: await sim.token('long', '503'),
  };
}

/** Links to a dashboard: an open one that was opened, one with a password, and one that was revoked. */
async function shareLinks({ api, url }: Stack, account: string): Promise<Record<string, string>> {
  type Link = { id: string; token: string };
  const make = (name: string, more: object = {}) =>
    api.call<Link>('POST', '/share-links', {
      name,
      dashboard: 'performance',
      lock: [{ dimension: 'account', in: [account] }],
      filters: ['campaign'],
      ...more,
    });
  const open = await make('DACH team', { expires: new Date(Date.now() + 60 * 86_400_000).toISOString() });
  const safe = await make('Investor update', { password: 'fjord-87-lampa', fee: '0.15', download: true });
  const gone = await make('Agency pitch');
  const headers = { Authorization: `Share ${open.token}`, 'User-Agent': 'Mozilla/5.0 Firefox/140.0' };
  await fetch(`${url}/s/api/dashboard`, { headers });
  await api.call('DELETE', `/share-links/${gone.id}`);
  return { shared: open.token, sharedPassword: safe.token, sharedGone: gone.token };
}

/** A file that is loaded, one with refused lines, and one that needs a decision. */
async function uploads({ api }: Stack): Promise<Record<string, string>> {
  const day = since(5);
  const head = 'Order number,Order date,Total,Currency,utm_source,utm_campaign\n';
  const line = (n: number, total: string) => `o${n},${day},${total},EUR,facebook,no such campaign ${n % 3}\n`;
  return {
    file: await api.file('orders', 'orders', head + [1, 2, 3, 4, 5].map((n) => line(n, '10')).join('')),
    fileRefused: await api.file('shop export', 'orders', `${head}${line(6, '12')}${line(7, 'twelve')}Total,,24,,,\n`),
    fileAsks: await api.file('old orders', 'orders', `${head}o9,01/02/2026,5,EUR,,\n`),
  };
}

/** Ends what belongs to one file. */
export async function end(world: Partial<World>): Promise<void> {
  const { fresh, empty, many } = world;
  await Promise.all([fresh, empty, many].map((s) => s?.stop()));
  await world.browser?.close();
}

let shared: Promise<{ one: Stack; single: string }> | undefined;

async function makeShared() {
  const one = await Stack.start({ size: small });
  return { one, single: await one.connected({ name: 'Halden' }) };
}

/**
 * One stack with a small source, which is up to date, for tests that change nothing: the files
 * of a process share it until the process ends. Each has its own windows.
 */
export async function makeOne(): Promise<Pick<World, 'browser' | 'ids' | 'one'>> {
  const { one, single } = await (shared ??= makeShared());
  return { browser: await Browser.launch(), one, ids: { single } };
}

export async function makeWorld(): Promise<World> {
  const { browser, one, ids } = await makeOne();
  const start = (size: string) => Stack.start({ size, browser, ready: false });
  const [fresh, empty, many] = await Promise.all([
    start(small),
    start(small),
    start('accounts=12,ads=12,days=120,seed=3'),
  ]);
  await empty.api.call('POST', '/setup', { ...maja, code: empty.code });
  Object.assign(ids, await fill(many));
  ids.run = await latest(many, ids.fine!);
  ids.failedRun = await latest(many, ids.expired!);
  ids.liveRun = await latest(many, ids.waiting!);
  return { browser, fresh, empty, one, many, ids, codes: await furnish(many, ids) };
}
