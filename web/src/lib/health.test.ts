import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { healthOf, sentence } from './health';

const now = new Date('2026-11-28T09:00:00Z');
const source = (health: Schemas['Source']['health']) =>
  ({ token: true, stage: 'running', health }) as Schemas['Source'];

describe('healthOf', () => {
  it('says when a token expires', () => {
    const s = source({ state: 'soon', sentence: 'The access ends soon.', until: '2026-12-04T11:20:00Z' });
    expect(healthOf(s, now)).toEqual({ state: 'soon', shape: 'soon', word: 'Token expires in 6 days' });
    expect(sentence(s, now)).toMatch(/^The token expires on Fri 4 Dec at \d\d:20, in 6 days\.$/);
  });
  it('keeps what failed red', () => {
    expect(healthOf(source({ state: 'failed', sentence: 'The warehouse is busy.' }), now).shape).toBe('bad');
  });
  it('has a word for a source without health', () => {
    expect(healthOf(source(undefined), now).word).toBe('Deleted');
  });
});

describe('sentence', () => {
  it('says until when accounts wait', () => {
    const s = source({
      state: 'waiting',
      sentence: "116 of 118 accounts are up to date. 2 are waiting for the platform's rate limit; no action needed.",
      until: '2026-11-28T14:32:00Z',
    });
    expect(sentence(s, now)).toMatch(/rate limit until \d\d:32; no action needed\.$/);
  });
});
