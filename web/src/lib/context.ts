import { getContext, setContext } from 'svelte';
import type { Me } from './me.svelte';

const key = Symbol('me');

export const provideMe = (me: Me) => setContext(key, me);

/** Who is logged in; only inside the shell. */
export const useMe = () => getContext<Me>(key);
