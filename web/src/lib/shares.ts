// What pages of share links read and change.
import { keepPreviousData } from '@tanstack/svelte-query';
import { api, get } from '../api/client';
import { query, queryClient } from './queries';
import type { ShareForm, ShareLink } from './share';

export const shareLinks = (dashboard: () => string | undefined) =>
  query(() => ({
    queryKey: ['share-links', dashboard()],
    queryFn: () => get(api.GET('/api/v1/share-links', { params: { query: { dashboard: dashboard(), limit: 200 } } })),
    refetchInterval: 60_000,
  }));

export const shareOpenings = (id: () => string) =>
  query(() => ({
    queryKey: ['share-links', 'openings', id()],
    queryFn: () =>
      get(api.GET('/api/v1/share-links/{id}/openings', { params: { path: { id: id() }, query: { limit: 200 } } })),
    enabled: id() !== '',
  }));

/** What a link with these settings would show that its maker may not expect. Its name does not matter. */
export const shareWarnings = (form: () => ShareForm, password: () => boolean, enabled: () => boolean) =>
  query(() => ({
    queryKey: ['share-check', { ...form(), expires: form().expires && 'set' }, password()],
    queryFn: () =>
      get(api.POST('/api/v1/share-links/check', { body: { ...form(), name: 'check', password: password() } })),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    retry: false,
  }));

const changed = () => queryClient.invalidateQueries({ queryKey: ['share-links'] });

/** Makes a link; with preview, one to look at, which is not listed and expires after 15 minutes. */
export async function makeLink(form: ShareForm, more: { password?: string; preview?: boolean }) {
  const made = await get(api.POST('/api/v1/share-links', { body: { ...form, ...more } }));
  await changed();
  return made;
}

/** Changes a link. Whoever has it open gives the password again. */
export async function changeLink(l: ShareLink, form: ShareForm, password: string | undefined): Promise<void> {
  await get(
    api.PUT('/api/v1/share-links/{id}', {
      params: { path: { id: l.id }, header: { 'If-Match': l.etag } },
      body: { ...form, password },
    }),
  );
  await changed();
}

export async function revokeLink(id: string): Promise<void> {
  await get(api.DELETE('/api/v1/share-links/{id}', { params: { path: { id } } }));
  await changed();
}

/** Shows the dashboard as it is now. Everything else stays. */
export async function refreshLink(l: ShareLink): Promise<void> {
  const { name, dashboard, lock, days, fee, filters, download, origins, expires } = l;
  await get(
    api.PUT('/api/v1/share-links/{id}', {
      params: { path: { id: l.id }, header: { 'If-Match': l.etag } },
      body: { name, dashboard, lock, days, fee, filters, download, origins, expires, refresh: true },
    }),
  );
  await changed();
}
