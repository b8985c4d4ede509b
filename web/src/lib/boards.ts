// What pages of dashboards read and change.
import { keepPreviousData } from '@tanstack/svelte-query';
import { api, get, getWithRevision } from '../api/client';
import type { Answer, Dimension, Member, Metric, Query } from './answer';
import { query, queryClient } from './queries';
import type { Dashboard } from './tile';

type Untyped = (path: string, options?: unknown) => Promise<{ data?: never; error?: unknown; response: Response }>;
const { GET, POST, PUT, DELETE } = api as unknown as Record<'GET' | 'POST' | 'PUT' | 'DELETE', Untyped>;

const minute = 60_000;

export const dashboards = () =>
  query(() => ({
    queryKey: ['dashboards'],
    queryFn: () => get<{ items: Dashboard[] }>(GET('/api/v1/dashboards')),
  }));

export const dashboard = (id: () => string) =>
  query(() => ({
    queryKey: ['dashboards', id()],
    queryFn: () => getWithRevision<Dashboard>(GET('/api/v1/dashboards/{id}', { params: { path: { id: id() } } })),
    enabled: id() !== '',
  }));

export const metrics = () =>
  query(() => ({
    queryKey: ['metrics'],
    queryFn: () => get<{ items: Metric[] }>(GET('/api/v1/metrics')),
    staleTime: 5 * minute,
  }));

export const dimensions = () =>
  query(() => ({
    queryKey: ['dimensions'],
    queryFn: () => get<{ items: Dimension[] }>(GET('/api/v1/dimensions')),
    staleTime: 5 * minute,
  }));

export const members = (dimension: () => string, search: () => string, enabled: () => boolean = () => true) =>
  query(() => ({
    queryKey: ['members', dimension(), search()],
    queryFn: () =>
      get<{ items: Member[] }>(
        GET('/api/v1/dimensions/{dimension}/members', {
          params: { path: { dimension: dimension() }, query: { search: search() || undefined, limit: 100 } },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    staleTime: minute,
  }));

/** Asks a question. While another is asked, the figures before stay. */
export const ask = (q: () => Query, enabled: () => boolean = () => true) =>
  query(() => ({
    queryKey: ['query', q()],
    queryFn: () => get<Answer>(POST('/api/v1/query', { body: q() })),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    staleTime: minute,
    refetchInterval: 5 * minute,
  }));

/** The same figures as a CSV file. */
export const csv = (q: Query) => get<Blob>(POST('/api/v1/query.csv', { body: q, parseAs: 'blob' }));

export type Draft = Omit<Dashboard, 'id' | 'built_in' | 'created_by_name' | 'updated'>;

const changed = () => queryClient.invalidateQueries({ queryKey: ['dashboards'] });

export async function create(draft: Draft): Promise<Dashboard> {
  const made = await get<Dashboard>(POST('/api/v1/dashboards', { body: draft }));
  await changed();
  return made;
}

export async function update(id: string, draft: Draft, revision: string): Promise<void> {
  await get(
    PUT('/api/v1/dashboards/{id}', { params: { path: { id }, header: { 'If-Match': revision } }, body: draft }),
  );
  await changed();
}

export async function remove(id: string, revision: string): Promise<void> {
  await get(DELETE('/api/v1/dashboards/{id}', { params: { path: { id }, header: { 'If-Match': revision } } }));
  await changed();
}

export async function duplicate(id: string): Promise<Dashboard> {
  const made = await get<Dashboard>(POST('/api/v1/dashboards/{id}/duplicate', { params: { path: { id } } }));
  await changed();
  return made;
}

/** How far a source's figures can be relied on. */
export type Health = {
  source: string;
  name: string;
  ties: number;
  differs: number;
  unchecked: number;
  largest?: string;
  as_of?: string;
  coverage?: number;
  gaps: number;
};

export const dataHealth = () =>
  query(() => ({
    queryKey: ['sources', 'data-health'],
    queryFn: () => get<{ items: Health[] }>(GET('/api/v1/data-health')),
    staleTime: minute,
  }));

export const restatement = (source: () => string, metric: () => string, enabled: () => boolean) =>
  query(() => ({
    queryKey: ['source', source(), 'restatement', metric()],
    queryFn: () =>
      get<{ ages: { age: number; share?: number; days: number }[] }>(
        GET('/api/v1/restatement', { params: { query: { source: source(), metric: metric() } } }),
      ),
    enabled: enabled(),
    staleTime: minute,
  }));
