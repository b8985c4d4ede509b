// Sentences that more than one page uses, and those for codes that arrive in the URL.
import type { Shape } from '../parts/state';

export const words = {
  noApp:
    'Facebook login is not set up on this installation. Ask an admin to add a Meta app in Settings, or paste a token.',
  badToken: 'This token cannot be used. The current one stays in place.',
  conflict: 'Not saved: someone else changed this in the meantime.',
  asOf: '“Data as of” is when Meta was asked, not when the run ended.',
} as const;

export const roles: Record<string, string> = {
  guest: 'Guest',
  viewer: 'Viewer',
  editor: 'Editor',
  builder: 'Builder',
  admin: 'Admin',
};

/** What a role may do, for pickers. */
export const roleTexts: Record<string, string> = {
  guest: 'sees the dashboards that you give them, and nothing else',
  viewer: 'sees sources, runs and data',
  editor: 'also builds dashboards and shares them',
  builder: 'also connects and changes sources',
  admin: 'also manages people, keys and settings',
};

export const permissionTexts: Record<string, string> = {
  credentials: 'Tokens: connect sources, replace, reveal and copy access tokens',
  syncs: 'Syncs: start and cancel runs',
};

/** Problem codes in the URL of the login page: what happened, and the cure. */
export const loginProblems: Record<string, [string, string]> = {
  busy: ['The login provider did not answer.', 'Try again in a moment, or log in with a password.'],
  not_found: ['No login provider is set up.', 'Log in with a password, or ask an admin to set one up.'],
  oidc_stale: ['This login was started in another browser, or has expired.', 'Start again.'],
  oidc_refused: ['The login provider refused this login.', 'Start again, or ask an admin.'],
  oidc_unverified: ['The login provider has not verified your e-mail address.', 'Verify it there and start again.'],
  oidc_unknown: ['This e-mail address has not been invited.', 'Ask an admin for an invite.'],
  other: ['The login failed.', 'Start again, or ask an admin.'],
};

/** Problem codes of a login at a platform that was refused before it belonged to a source. */
export const platformProblems: Record<string, [string, string]> = {
  login_stale: ['This login was started in another browser, or has expired.', 'Nothing has changed. Start again.'],
  login_foreign: [
    'Somebody else started this login, or it was another browser.',
    'Nothing has changed. Start a login of your own.',
  ],
  login_used: ['This login has already been used.', 'Start again if the source is not connected.'],
  login_late: ['The login took longer than ten minutes.', 'Nothing has changed. Start again.'],
  link_gone: ['This link is invalid, used or expired.', 'Ask the person who sent it for a new one.'],
  other: ['The login did not work.', 'Nothing has changed. Start again.'],
};

type Outcome = { title: string; shape: Shape; text: string; next: string };

/** How the login of somebody without an account ended. */
export const linkOutcomes: Record<string, Outcome> = {
  good: {
    title: 'Connected',
    shape: 'ok',
    text: 'The ad accounts are connected.',
    next: 'The data is being loaded. You have nothing more to do.',
  },
  confirm: {
    title: 'Almost done',
    shape: 'ask',
    text: 'Your login sees other ad accounts than the source reads.',
    next: 'Nothing has changed yet. The person who sent the link must confirm it in Adtally.',
  },
  login_cancelled: {
    title: 'Cancelled',
    shape: 'idle',
    text: 'The login was cancelled on Facebook.',
    next: 'Nothing has changed. Open the link again to start over.',
  },
  permission: {
    title: 'Not connected',
    shape: 'bad',
    text: 'The permission to read ads was not given.',
    next: 'Nothing has changed. Ask for a new link and leave the permission ticked.',
  },
  failed: {
    title: 'Not connected',
    shape: 'bad',
    text: 'The login did not work.',
    next: 'Nothing has changed. Ask the person who sent the link for a new one.',
  },
};

/** Names of a token's checks. */
export const checkNames: Record<string, string> = {
  form: 'Well-formed',
  live: 'Live',
  permission: 'Permission',
  expiry: 'Expiry',
  accounts: 'Accounts',
  same_accounts: 'Same accounts',
  insights: 'Test request',
};

export const triggerNames: Record<string, string> = {
  schedule: 'Schedule',
  manual: 'By hand',
  backfill: 'Backfill',
};

/** What each kind of alert is about. */
export const alertNames: Record<string, string> = {
  auth_expired: 'Reconnect needed',
  access_ending: 'Token expires soon',
  sync_failed: 'Sync failed',
  stale: 'Data is late',
  suspect: 'Figures are doubtful',
  account_lost: 'Account lost',
  version_ending: 'API version ends',
  purge_failed: 'Tables could not be dropped',
  overspend: 'Over budget',
  underspend: 'Under budget',
  delivery_stopped: 'Delivery stopped',
  no_conversions: 'Spend without conversions',
};
