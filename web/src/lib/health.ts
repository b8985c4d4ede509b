// The state of a source in a word and a shape. What it is, the server says: it is in the
// source's health.
import type { Schemas } from '../api/client';
import type { Shape } from '../parts/state';
import { clock, date, relative } from './format';

type Source = Schemas['Source'];
type State = NonNullable<Source['health']>['state'];

export type Health = { state: State | 'deleted'; shape: Shape; word: string };

const shapes: Record<State, Shape> = {
  fine: 'ok',
  running: 'run',
  waiting: 'wait',
  soon: 'soon',
  expired: 'bad',
  incomplete: 'part',
  failed: 'bad',
  new: 'idle',
};

export function healthOf(source: Source, now: Date): Health {
  const h = source.health;
  if (!h) return { state: 'deleted', shape: 'idle', word: 'Deleted' };
  return { state: h.state, shape: shapes[h.state], word: word(source, now) };
}

function word(source: Source, now: Date): string {
  const h = source.health;
  switch (h?.state) {
    case 'fine':
      return 'Up to date';
    case 'running':
      return source.stage === 'initial_load' ? 'Initial load' : 'Syncing';
    case 'waiting':
      return h.until ? `Waiting for Meta until ${clock(h.until)}` : 'Waiting for Meta';
    case 'soon':
      return h.until ? `Token expires ${relative(h.until, now)}` : 'Token expires soon';
    case 'expired':
      return h.until ? `Token expired ${relative(h.until, now)}` : 'Reconnect needed';
    case 'incomplete':
      return 'Incomplete';
    case 'failed':
      return 'Failed';
    default:
      return source.token ? 'No account picked' : 'Not connected';
  }
}

/** The server's sentence, with the moment that it leaves to the page. */
export function sentence(source: Source, now: Date): string {
  const h = source.health;
  if (!h) return 'Deleted. You can restore it for 30 days.';
  const at = h.until ? `${date(h.until, now)} at ${clock(h.until)}` : '';
  if (h.state === 'expired' && at) return `The token expired on ${at}.`;
  if (h.state === 'soon' && at) return `The token expires on ${at}, ${relative(h.until, now)}.`;
  if (h.state === 'waiting' && h.until)
    return h.sentence.replace('; no action needed.', ` until ${clock(h.until)}; no action needed.`);
  return h.sentence;
}
