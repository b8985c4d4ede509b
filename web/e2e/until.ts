import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is true, and returns it. Fails with `what` after `ms`. */
export async function until<T>(what: string, ask: () => Promise<T> | T, ms = 15_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Not within ${ms / 1000} s: ${what}`);
    await pause(50);
  }
}
