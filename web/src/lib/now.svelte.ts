// The time, for "in 6 days" and "47 minutes ago": moves every 15 seconds while it is used.
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 15_000);
  return () => clearInterval(timer);
});

export const now = {
  get at(): Date {
    subscribe();
    return new Date();
  },
};
