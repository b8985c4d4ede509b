// What pages of dashboards read and change.
import { keepPreviousData } from '@tanstack/svelte-query';
import { api, get, getWithRevision } from '../api/client';
import type { Answer, Query } from './answer';
import { query, queryClient } from './queries';
import type { Dashboard, Draft } from './tile';

const minute = 60_000;

export const dashboards = () =>
  query(() => ({ queryKey: ['dashboards'], queryFn: () => get(api.GET('/api/v1/dashboards')) }));

export const dashboard = (id: () => string) =>
  query(() => ({
    queryKey: ['dashboards', id()],
    queryFn: () => getWithRevision(api.GET('/api/v1/dashboards/{id}', { params: { path: { id: id() } } })),
    enabled: id() !== '',
  }));

export const metrics = () =>
  query(() => ({
    queryKey: ['metrics'],
    queryFn: () => get(api.GET('/api/v1/metrics')),
    staleTime: 5 * minute,
  }));

export const dimensions = () =>
  query(() => ({
    queryKey: ['dimensions'],
    queryFn: () => get(api.GET('/api/v1/dimensions')),
    staleTime: 5 * minute,
  }));

/** The installation's rules for figures: its currency, zone and fiscal year. */
export const figureRules = () =>
  query(() => ({
    queryKey: ['analytics-settings'],
    queryFn: () => get(api.GET('/api/v1/analytics-settings')),
    staleTime: 5 * minute,
  }));

export const members = (dimension: () => string, search: () => string, enabled: () => boolean = () => true) =>
  query(() => ({
    queryKey: ['members', dimension(), search()],
    queryFn: () =>
      get(
        api.GET('/api/v1/dimensions/{dimension}/members', {
          params: { path: { dimension: dimension() }, query: { search: search() || undefined, limit: 100 } },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    staleTime: minute,
  }));

const answered = async (body: Query): Promise<Answer> => ({
  ...(await get(api.POST('/api/v1/query', { body }))),
  grain: body.grain,
});

/** Asks a question. While another is asked, the figures before stay. */
export const ask = (q: () => Query, enabled: () => boolean = () => true) =>
  query<Answer>(() => ({
    queryKey: ['query', q()],
    queryFn: ({ queryKey: [, body] }) => answered(body as Query),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    staleTime: minute,
    refetchInterval: 5 * minute,
  }));

/** The same figures as a CSV file. */
export const csv = (q: Query) => get<Blob>(api.POST('/api/v1/query.csv', { body: q, parseAs: 'blob' }));

const changed = () => queryClient.invalidateQueries({ queryKey: ['dashboards'] });

export async function create(body: Draft): Promise<Dashboard> {
  const made = await get(api.POST('/api/v1/dashboards', { body }));
  await changed();
  return made;
}

export async function update(id: string, body: Draft, revision: string): Promise<void> {
  await get(api.PUT('/api/v1/dashboards/{id}', { params: { path: { id }, header: { 'If-Match': revision } }, body }));
  await changed();
}

export async function remove(id: string): Promise<void> {
  await get(api.DELETE('/api/v1/dashboards/{id}', { params: { path: { id } } }));
  await changed();
}

export async function duplicate(id: string): Promise<Dashboard> {
  const made = await get(api.POST('/api/v1/dashboards/{id}/duplicate', { params: { path: { id } }, body: {} }));
  await changed();
  return made;
}

/** How far each source's figures can be relied on. */
export const dataHealth = () =>
  query(() => ({
    queryKey: ['sources', 'data-health'],
    queryFn: () => get(api.GET('/api/v1/data-health')),
    staleTime: minute,
  }));

/** How much days have changed after they were first read. */
export const restatement = (metric: () => string, enabled: () => boolean) =>
  query(() => ({
    queryKey: ['sources', 'restatement', metric()],
    queryFn: () => get(api.GET('/api/v1/restatement', { params: { query: { metric: metric() || undefined } } })),
    enabled: enabled(),
    staleTime: minute,
  }));

export const definitions = () =>
  query(() => ({ queryKey: ['definitions'], queryFn: () => get(api.GET('/api/v1/definitions')) }));

export const definition = (name: () => string) =>
  query(() => ({
    queryKey: ['definitions', name()],
    queryFn: () => getWithRevision(api.GET('/api/v1/definitions/{name}', { params: { path: { name: name() } } })),
    enabled: name() !== '',
  }));

export const versions = (name: () => string) =>
  query(() => ({
    queryKey: ['definitions', name(), 'versions'],
    queryFn: () => get(api.GET('/api/v1/definitions/{name}/versions', { params: { path: { name: name() } } })),
    enabled: name() !== '',
  }));

export const checkDefinition = (name: string, yaml: string) =>
  get(api.POST('/api/v1/definitions/check', { body: { name: name || undefined, yaml } }));

async function redefined(): Promise<void> {
  for (const key of ['definitions', 'metrics', 'dimensions', 'query'])
    await queryClient.invalidateQueries({ queryKey: [key] });
}

export async function saveDefinition(name: string, yaml: string, revision: string): Promise<void> {
  await get(
    api.PUT('/api/v1/definitions/{name}', {
      params: { path: { name }, header: { 'If-Match': revision } },
      body: { yaml },
    }),
  );
  await redefined();
}

export async function removeDefinition(name: string, revision: string): Promise<void> {
  await get(api.DELETE('/api/v1/definitions/{name}', { params: { path: { name }, header: { 'If-Match': revision } } }));
  await redefined();
}

export const exportDefinitions = () => get<Blob>(api.GET('/api/v1/definitions.yaml', { parseAs: 'blob' }));
