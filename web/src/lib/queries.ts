// What pages read from the API. Each query has a key, so that an event of the server
// can say which of them are out of date.
import { createQuery, keepPreviousData, QueryClient, type CreateQueryOptions } from '@tanstack/svelte-query';
import { ApiError, api, get, getWithRevision } from '../api/client';

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

/** Reads something and keeps it up to date while the component exists. */
export function query<T>(options: () => CreateQueryOptions<T>) {
  return createQuery<T>(options, () => queryClient);
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

/** Marks everything out of date that a change of this object may touch. */
export function outdated(kind: string, id: string, sourceID: string | undefined): void {
  const stale = (...queryKey: unknown[]) => void queryClient.invalidateQueries({ queryKey });
  if (kind === 'incident') stale('alerts');
  if (kind === 'run') {
    stale('runs');
    stale('run', id);
  }
  const source = kind === 'source' ? id : sourceID;
  stale('sources');
  if (source) stale('source', source);
}
