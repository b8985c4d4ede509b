// Whether the window is as narrow as a phone, for what CSS cannot change: drawings.
import { MediaQuery } from 'svelte/reactivity';

export const phone = new MediaQuery('max-width: 640px');
