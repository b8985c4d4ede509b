// What pages read from the API. Each query has a key, so that an event of the server
// can say which of them are out of date.
import { createQuery, keepPreviousData, QueryClient, type CreateQueryOptions } from '@tanstack/svelte-query';
import { untrack } from 'svelte';
import { ApiError, api, get, getWithRevision, type Schemas } from '../api/client';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => !(error instanceof ApiError) && count < 2,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
  },
});

const minute = 60_000;

/**
 * Reads something and keeps it up to date while the component exists.
 *
 * TanStack reports a change only if a property changed that was read before, and a property that
 * is read later keeps what it was at the last report. A page that first shows an answer after a
 * dialog was open would show an old one, so these are read from the start. `isFetching` is not:
 * it changes twice with each request. Who needs it reads it when the component begins.
 */
export function query<T>(options: () => CreateQueryOptions<T>) {
  const read = createQuery<T>(options, () => queryClient);
  untrack(() => [read.data, read.error, read.isPending]);
  return read;
}

export const session = () =>
  query(() => ({
    queryKey: ['session'],
    queryFn: () => get(api.GET('/api/v1/session')),
    staleTime: minute,
  }));

export const setup = () =>
  query(() => ({ queryKey: ['setup'], queryFn: () => get(api.GET('/api/v1/setup')), staleTime: minute }));

export const sources = (deleted = false) =>
  query(() => ({
    queryKey: ['sources', { deleted }],
    queryFn: () => get(api.GET('/api/v1/sources', { params: { query: { deleted } } })),
    refetchInterval: minute,
  }));

export const source = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id()],
    queryFn: () => getWithRevision(api.GET('/api/v1/sources/{id}', { params: { path: { id: id() } } })),
    refetchInterval: minute,
  }));

export const alerts = () =>
  query(() => ({
    queryKey: ['alerts'],
    queryFn: () => get(api.GET('/api/v1/alerts', { params: { query: { limit: 100 } } })),
    refetchInterval: minute,
  }));

export const catalog = () =>
  query(() => ({
    queryKey: ['catalog'],
    queryFn: () => get(api.GET('/api/v1/catalog')),
    staleTime: minute,
  }));

export const accounts = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'accounts'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/accounts', { params: { path: { id: id() } } })),
  }));

export const credential = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'credential'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/credential', { params: { path: { id: id() } } })),
  }));

export const run = (id: () => string) =>
  query(() => ({
    queryKey: ['run', id()],
    queryFn: () => get(api.GET('/api/v1/runs/{id}', { params: { path: { id: id() } } })),
    placeholderData: keepPreviousData,
    enabled: id() !== '',
  }));

const stale = (queryKey: unknown[], exact = false) => void queryClient.invalidateQueries({ queryKey, exact });

/** How often a page reads again what takes the warehouse or many rows, while a run is in progress. */
const slowly = 10_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

function sourceStaleSoon(source: string): void {
  if (timers.has(source)) return;
  timers.set(
    source,
    setTimeout(() => {
      timers.delete(source);
      stale(['source', source]);
    }, slowly),
  );
}

/**
 * Marks everything out of date that a change of this object may touch. A run in progress
 * changes every second: then only what is cheap is read again at once.
 */
export function outdated(kind: string, id: string, sourceID: string | undefined): void {
  const source = kind === 'source' ? id : sourceID;
  stale(['sources']);
  if (kind === 'incident') stale(['alerts']);
  if (kind === 'run') {
    stale(['runs']);
    stale(['run', id]);
  }
  if (!source) return;
  if (kind === 'run') {
    stale(['source', source], true);
    sourceStaleSoon(source);
  } else stale(['source', source]);
}

/** Reads all pages of a list. */
export async function everyPage<T>(page: (cursor?: string) => Promise<{ items: T[]; next?: string }>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; ;) {
    const answer = await page(cursor);
    all.push(...answer.items);
    if (!answer.next) return all;
    cursor = answer.next;
  }
}

export const coverage = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'coverage'],
    queryFn: () =>
      everyPage((cursor) =>
        get(
          api.GET('/api/v1/sources/{id}/coverage', {
            params: { path: { id: id() }, query: { cursor, limit: 10_000 } },
          }),
        ),
      ),
  }));

export type RunFilter = {
  source?: string;
  state?: Schemas['Run']['state'];
  trigger?: 'schedule' | 'manual' | 'backfill';
  since?: string;
  limit?: number;
};

export const runs = (filter: () => RunFilter) =>
  query(() => ({
    queryKey: ['runs', filter()],
    queryFn: () => get(api.GET('/api/v1/runs', { params: { query: filter() } })),
    placeholderData: keepPreviousData,
  }));

export const gaps = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'gaps'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/gaps', { params: { path: { id: id() } } })),
  }));

export const reconciliation = (id: () => string, by: 'account' | 'day') =>
  query(() => ({
    queryKey: ['source', id(), 'reconciliation', by],
    queryFn: () =>
      get(
        api.GET('/api/v1/sources/{id}/reconciliation', { params: { path: { id: id() }, query: { by, limit: 200 } } }),
      ),
  }));

export const quotas = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'quota'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/quota', { params: { path: { id: id() } } })),
  }));

export const history = () =>
  query(() => ({
    queryKey: ['sources', 'history'],
    queryFn: () => get(api.GET('/api/v1/sources/history', { params: { query: { days: 30 } } })),
    refetchInterval: 5 * minute,
  }));

export const tables = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'tables'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/tables', { params: { path: { id: id() } } })),
  }));

export const dependents = (id: () => string) =>
  query(() => ({
    queryKey: ['source', id(), 'dependents'],
    queryFn: () => get(api.GET('/api/v1/sources/{id}/dependents', { params: { path: { id: id() } } })),
  }));

export const diagram = (source: () => string) =>
  query(() => ({
    queryKey: ['diagram', source()],
    queryFn: () => get(api.GET('/api/v1/diagram', { params: { query: { source: source() || undefined } } })),
    placeholderData: keepPreviousData,
    staleTime: minute,
  }));

export const lineage = (source: () => string) =>
  query(() => ({
    queryKey: ['sources', 'lineage', source()],
    queryFn: () => get(api.GET('/api/v1/lineage', { params: { query: { source: source() || undefined } } })),
    placeholderData: keepPreviousData,
  }));
