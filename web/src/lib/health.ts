// The state of a source in a word, a shape and a sentence.
import type { Schemas } from '../api/client';
import type { Shape } from '../parts/state';
import { clock, date, relative } from './format';

type Source = Schemas['Source'];

const day = 86_400_000;

/** How long before its end a token is called "expires soon". */
const soon = 14 * day;

export type Health = { shape: Shape; word: string };

/**
 * Says how a source is. What is wrong stays until the opposite is proven: a retry that
 * runs does not turn red into green.
 */
export function healthOf(source: Source, now: Date, running?: { waits_until?: string }): Health {
  const expires = source.token_expires ? new Date(source.token_expires) : undefined;
  const fault = source.fault;
  if (source.deleted) return { shape: 'idle', word: 'Deleted' };
  if (!source.token) return { shape: 'idle', word: 'Not connected' };
  if (fault?.act === 'reconnect' || (expires && expires <= now))
    return {
      shape: 'bad',
      word: expires && expires <= now ? `Token expired ${relative(source.token_expires, now)}` : 'Reconnect',
    };
  if (fault && (fault.act === 'configure' || fault.act === 'bug') && fault.code !== 'quarantined')
    return { shape: 'bad', word: 'Failed' };
  if (expires && expires.getTime() - now.getTime() < soon)
    return { shape: 'soon', word: `Token expires ${relative(source.token_expires, now)}` };
  if (running?.waits_until) return { shape: 'wait', word: `Waiting for Meta until ${clock(running.waits_until)}` };
  if (fault?.act === 'wait') return { shape: 'wait', word: 'Waiting for Meta' };
  if (fault && source.failures > 0) return { shape: 'bad', word: 'Failed' };
  if (fault) return { shape: 'part', word: 'Incomplete' };
  if (source.stage === 'authentication') return { shape: 'idle', word: 'Authentication' };
  if (source.stage === 'initial_load') return { shape: 'run', word: 'Initial load' };
  if (!source.last_good) return { shape: 'idle', word: 'Never synced' };
  return { shape: 'ok', word: 'Up to date' };
}

/** The sentence about an ending token; undefined if it does not end soon. */
export function expiry(source: Source, now: Date): string | undefined {
  if (!source.token_expires) return undefined;
  const ends = new Date(source.token_expires);
  const at = `${date(source.token_expires, now)} at ${clock(source.token_expires)}`;
  if (ends <= now) return `The token expired on ${at}.`;
  if (ends.getTime() - now.getTime() < soon)
    return `The token expires on ${at}, ${relative(source.token_expires, now)}.`;
  return undefined;
}
