import { getContext, setContext } from 'svelte';
import type { Schemas } from '../api/client';

/** What the pages of one source share. */
export interface SourcePage {
  readonly id: string;
  readonly source: Schemas['Source'];
  /** Edits name it in If-Match, so that nobody overwrites another person's change. */
  readonly revision: string;
  readonly running: Schemas['Run'] | undefined;
  reload(): void;
}

const key = Symbol('source');

export const provideSource = (page: SourcePage) => setContext(key, page);
export const useSource = () => getContext<SourcePage>(key);
