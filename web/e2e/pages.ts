// Every page of the UI, and the states of it that look different.
import type { Page } from 'playwright-core';
import type { Where, World } from './world';

export type View = {
  name: string;
  /** The stack that serves it. */
  on: Where;
  path: (world: World) => string;
  /** What somebody does on the page before it is looked at. */
  act?: (page: Page, world: World) => Promise<unknown>;
  /** Without a login. */
  anybody?: boolean;
  /** Requests about metrics are answered by the test (see boards.ts). */
  boards?: boolean;
};

const view = (name: string, path: string | View['path'], more: Partial<View> = {}): View => ({
  name,
  on: 'many',
  path: typeof path === 'string' ? () => path : path,
  ...more,
});

const of = (name: string) => (id: string, rest: string, act?: View['act']) =>
  view(name, (w) => `/sources/${w.ids[id]}${rest}`, act && { act });

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

/** Pastes a token and waits until its checks are done. */
const paste =
  (token: (w: World) => string, button: RegExp): View['act'] =>
  async (page, world) => {
    await page.locator('textarea').fill(token(world));
    await page.getByRole('button', { name: button }).click();
    await page.locator('.checks li').first().waitFor();
  };

const outside: View[] = [
  view('setup', '/setup', { on: 'fresh', anybody: true }),
  view('login', '/login', { on: 'empty', anybody: true }),
  view('login-problem', '/login?problem=oidc_unknown', { on: 'empty', anybody: true }),
  view('invite', (w) => `/invite${w.codes.invite}`, { anybody: true }),
  view('invite-gone', '/invite#none', { anybody: true }),
  view('reset', (w) => `/reset${w.codes.reset}`, { anybody: true }),
  view('link', (w) => w.codes.link ?? '', { anybody: true }),
  view('link-gone', '/link/none', { anybody: true }),
  view('link-done', '/link/done?outcome=good', { anybody: true }),
  view('link-cancelled', '/link/done?outcome=login_cancelled', { anybody: true }),
];

const lists: View[] = [
  view('sources-empty', '/sources', { on: 'empty' }),
  view('sources-one', '/sources', { on: 'one' }),
  view('sources', '/sources'),
  view('sources-none-found', '/sources?q=nothing'),
  view('sources-deleted', '/sources/deleted'),
  view('sources-deleted-empty', '/sources/deleted', { on: 'empty' }),
  view('palette', '/sources', {
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
    },
  }),
  view('shortcuts', '/sources', {
    act: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  }),
];

const source: View[] = [
  of('overview')('fine', ''),
  of('overview-accounts')('fine', '?compare=accounts'),
  of('overview-differs')('differs', ''),
  of('overview-months')('fine', '?days=1130'),
  of('overview-table')('fine', '?as=table'),
  of('overview-expired')('expired', ''),
  of('overview-soon')('soon', ''),
  of('overview-waiting')('waiting', ''),
  of('overview-deleted')('deleted', ''),
  view('overview-one', (w) => `/sources/${w.ids.single}`, { on: 'one' }),
  view('source-unknown', '/sources/00000000-0000-4000-8000-000000000000'),
  of('runs')('fine', '/runs'),
  of('runs-none')('fine', '/runs?state=failed'),
  of('runs-failed')('expired', '/runs'),
  of('tables')('fine', '/tables'),
  of('tables-all')('fine', '/tables?all=true'),
  of('table')('fine', '/tables/basic_ad'),
  of('report')('fine', '/tables/new'),
  of('report-conflict')('fine', '/tables/new?level=ad&breakdowns=age,gender'),
  of('usage')('fine', '/usage'),
  of('usage-account')('fine', '/usage?by=account'),
  of('configuration')('fine', '/configuration'),
  of('configuration-reveal')('fine', '/configuration', press(/Reveal|Show/)),
  of('configuration-changed')('fine', '/configuration', (page) => page.getByLabel('Name').first().fill('Other')),
  of('delete')('fine', '/delete'),
  of('reconnect')('expired', '/reconnect'),
  of('reconnect-paste')('expired', '/reconnect?how=paste'),
  of('reconnect-other')('expired', '/reconnect?how=other'),
  of('reconnect-failed')(
    'expired',
    '/reconnect?how=paste',
    paste(() => 'EAAnotatoken0000000000', /Test and save/),
  ),
  of('reconnect-asks')(
    'expired',
    '/reconnect?how=paste',
    paste((w) => w.codes.other ?? '', /Test and save/),
  ),
  of('reconnect-link')('expired', '/reconnect', press(/Send a connect link/)),
  of('source-guide')('expired', '/guide'),
];

const runs: View[] = [
  view('run', (w) => `/runs/${w.ids.run}`),
  view('run-warnings', (w) => `/runs/${w.ids.run}?level=warn`),
  view('run-failed', (w) => `/runs/${w.ids.failedRun}`),
  view('run-live', (w) => `/runs/${w.ids.liveRun}`),
  view('run-unknown', '/runs/00000000-0000-4000-8000-000000000000'),
];

const connecting: View[] = [
  view('catalog', '/catalog'),
  view('catalog-drawer', '/catalog/facebookads'),
  view('help', '/catalog/facebookads/help'),
  view('connect', '/connect/facebookads'),
  view('connect-no-app', '/connect/facebookads', { on: 'empty' }),
  view('connect-paste', '/connect/facebookads?how=paste'),
  view('connect-paste-failed', '/connect/facebookads?how=paste', {
    act: paste(() => 'EAAnotatoken0000000000', /Check the token/),
  }),
  view('connect-picker', '/connect/facebookads?how=paste', {
    act: async (page, world) => {
      await page.locator('textarea').fill(world.many.sim.is.token);
      await page.getByRole('button', { name: 'Check the token' }).click();
      await page.getByRole('button', { name: /Start syncing/ }).waitFor();
    },
  }),
  view('guide', '/connect/facebookads/guide'),
  view('guide-user-asset', '/connect/facebookads/guide/user-asset'),
  view('guide-token', '/connect/facebookads/guide/token'),
];

const settings: View[] = [
  view('alerts', '/alerts'),
  view('alerts-past', '/alerts?past=true'),
  view('alerts-empty', '/alerts', { on: 'empty' }),
  view('settings', '/settings'),
  view('settings-people', '/settings/people'),
  view('settings-people-invite', '/settings/people', { act: press('Invite') }),
  view('settings-people-change', '/settings/people', { act: press('Change') }),
  view('settings-keys', '/settings/keys'),
  view('settings-keys-empty', '/settings/keys', { on: 'empty' }),
  view('settings-keys-create', '/settings/keys', { act: press('Create a key') }),
  view('settings-keys-assistant', '/settings/keys', {
    act: async (page) => {
      await press('Create a key')(page);
      await page.getByRole('radio', { name: /^An assistant with SQL/ }).check();
    },
  }),
  view('settings-assistants', '/settings/keys', {
    act: async (page) => {
      await page.getByRole('checkbox', { name: /^Assistants can ask questions/ }).check();
      await page.getByText('Nothing was asked yet').waitFor();
    },
  }),
  view('settings-channels', '/settings/channels'),
  view('settings-channels-empty', '/settings/channels', { on: 'empty' }),
  view('settings-channels-add', '/settings/channels', { act: press('Add a channel') }),
  view('settings-app', '/settings/app'),
  view('settings-app-empty', '/settings/app', { on: 'empty' }),
  view('settings-audit', '/settings/audit'),
  view('me', '/me'),
];

const own = '/dashboards/0190aaaa-0000-7000-8000-000000000001';
const board = (name: string, path: string, act?: View['act']) =>
  view(name, path, { boards: true, ...(act && { act }) });

const boards: View[] = [
  board('dashboards', '/dashboards'),
  board('performance', '/dashboards/performance'),
  board('performance-open', '/dashboards/performance?open=120210000000000001,120210000000000001%252Fs1'),
  board('performance-table', '/dashboards/performance', press(/as a table$/)),
  board('performance-days', '/dashboards/performance', press(/^Days/)),
  board('performance-accounts', '/dashboards/performance', async (page) => {
    await press(/^Accounts/)(page);
    await page.getByText('Halden FR').last().waitFor();
  }),
  board('performance-definition', '/dashboards/performance', async (page) => {
    await page.getByRole('button', { name: 'Spend', exact: true }).first().click();
    await page.getByText('SQL that was executed').click();
  }),
  board('dashboard-tiles', own),
  board('dashboard-edit', `${own}/edit`),
  board('dashboard-tile', `${own}/edit`, press('Add a tile')),
  board('dashboard-delete', `${own}/edit`, press('Delete')),
  board('dashboard-new', '/dashboards/new'),
  board('share-dialog', '/dashboards/performance/share', async (page) => {
    await page.getByText('Before you make it').waitFor();
  }),
  board('metrics', '/data/metrics'),
  board('metrics-file', '/data/metrics?file=own', async (page) => {
    await page.getByLabel('Definitions in YAML').fill('metrics:\n  - name: x\n    formula: spend / ordres\n');
    await page.getByRole('button', { name: 'Line 3' }).waitFor();
  }),
  board('metrics-new', '/data/metrics?file=new'),
];

// What comes with Adtally, with the figures that the simulator has of one account; all of them use several currencies.
const ready = [
  view('ready-mixed', '/dashboards/performance'),
  ...['performance', 'channels', 'cac-and-revenue', 'budget-pacing', 'data-health'].map((id) =>
    view(`ready-${id}`, (w) => `/dashboards/${id}?account=${w.many.sim.is.accounts.at(-1)?.replace('act_', '')}`),
  ),
];

const data: View[] = [
  view('sql', '/data/ask'),
  view('sql-suggestions', '/data/ask', {
    act: async (page) => {
      await page.getByLabel('SQL', { exact: true }).pressSequentially('SELECT 1 FROM adta');
      await page.getByRole('option').first().waitFor();
    },
  }),
  view('sql-result', '/data/ask?sql=SELECT%201%20AS%20one%2C%20NULL%20AS%20none', {
    act: async (page) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('heading', { name: 'Result' }).waitFor();
    },
  }),
  view('sql-refused', '/data/ask?sql=FROM%20duckdb_tables()', {
    act: async (page) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('.attn--bad').waitFor();
    },
  }),
  view('files', '/data/files'),
  view('files-empty', '/data/files', { on: 'empty' }),
  view('files-chosen', '/data/files', {
    act: async (page) => {
      const chosen = { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from('order_id,date\n') };
      await page.getByLabel('Files', { exact: true }).setInputFiles([chosen]);
      await page.getByRole('button', { name: 'Upload 1 file' }).waitFor();
    },
  }),
  view('files-map', '/data/files', { act: press('Map a table') }),
  view('file', (w) => `/data/files/${w.ids.file}`),
  view('file-refused', (w) => `/data/files/${w.ids.fileRefused}`),
  view('file-asks', (w) => `/data/files/${w.ids.fileAsks}`),
  view('file-delete', (w) => `/data/files/${w.ids.file}`, { act: press('Delete') }),
  view('matching', '/data/matching'),
  view('matching-empty', '/data/matching', { on: 'empty' }),
  view('matching-match', '/data/matching', { act: press(/^Match facebook/) }),
];

const figures: View[] = [
  view('difference', '/data/difference', {
    act: async (page) => {
      await page.getByLabel('Figure', { exact: true }).fill('1,234.56');
      await page.getByRole('button', { name: 'Find out why' }).click();
      await page.getByRole('heading', { name: 'What was tried' }).waitFor();
    },
  }),
  view('naming', '/data/naming'),
  view('naming-new', '/data/naming?rule=new', {
    act: (page) => page.getByRole('heading', { name: 'Preview' }).waitFor(),
  }),
];

const shared = (name: string, code: string, act?: View['act']) =>
  view(name, (w) => `/s/${w.codes[code]}`, { anybody: true, ...(act && { act }) });

const sharing: View[] = [
  view('links', '/links'),
  view('links-empty', '/links', { on: 'empty' }),
  view('links-openings', '/links', { act: press(/^\d+ openings?, /) }),
  shared('shared', 'shared'),
  shared('shared-days', 'shared', press(/^Days/)),
  shared('shared-password', 'sharedPassword'),
  shared('shared-password-wrong', 'sharedPassword', async (page) => {
    await page.getByLabel('Password').fill('not the password');
    await press('Open')(page);
    await page.locator('.err').waitFor();
  }),
  shared('shared-gone', 'sharedGone'),
];

const rest: View[] = [view('data', '/data'), view('parts', '/parts'), view('not-found', '/nothing/here')];

export const views: View[] = [
  ...outside,
  ...lists,
  ...source,
  ...runs,
  ...connecting,
  ...settings,
  ...boards,
  ...ready,
  ...data,
  ...figures,
  ...sharing,
  ...rest,
];
