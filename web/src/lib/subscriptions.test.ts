import { expect, test } from 'vitest';
import { whenText } from './subscriptions';

test.each([
  [{ every: 'day', hour: '08:00', zone: 'UTC' }, 'every day at 08:00, UTC'],
  [{ every: 'week', on: 7, hour: '08:00', zone: 'UTC' }, 'every Sunday at 08:00, UTC'],
  [{ every: 'month', on: 31, hour: '18:30', zone: 'Europe/Berlin' }, 'on day 31 of the month at 18:30, Europe/Berlin'],
] as const)('%o is said', (when, want) => expect(whenText(when)).toBe(want));
