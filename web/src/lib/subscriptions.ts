// Dashboards that are sent at their times.
import { api, get, type Schemas } from '../api/client';
import { query, queryClient } from './queries';

export type Subscription = Schemas['Subscription'];
export type SubscriptionForm = Schemas['SubscriptionForm'];

export const subscriptions = (dashboard: () => string) =>
  query(() => ({
    queryKey: ['subscriptions', dashboard()],
    queryFn: () => get(api.GET('/api/v1/subscriptions', { params: { query: { dashboard: dashboard() } } })),
    refetchInterval: 3_000, // what is being sent is ready within seconds
  }));

export const subscriptionOptions = () =>
  query(() => ({
    queryKey: ['subscription-options'],
    queryFn: () => get(api.GET('/api/v1/subscriptions/options')),
  }));

export const sendings = (id: () => string) =>
  query(() => ({
    queryKey: ['sendings', id()],
    queryFn: () =>
      get(api.GET('/api/v1/subscriptions/{id}/sendings', { params: { path: { id: id() }, query: { limit: 20 } } })),
    refetchInterval: 3_000,
  }));

const changed = () => queryClient.invalidateQueries({ queryKey: ['subscriptions'] });

export async function keep(body: SubscriptionForm, old?: Subscription): Promise<void> {
  if (old) {
    const params = { path: { id: old.id }, header: { 'If-Match': old.etag } };
    await get(api.PUT('/api/v1/subscriptions/{id}', { params, body }));
  } else await get(api.POST('/api/v1/subscriptions', { body }));
  await changed();
}

export async function remove(id: string): Promise<void> {
  await get(api.DELETE('/api/v1/subscriptions/{id}', { params: { path: { id } } }));
  await changed();
}

export async function sendNow(id: string): Promise<void> {
  await get(api.POST('/api/v1/subscriptions/{id}/send', { params: { path: { id } } }));
  await changed();
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const weekdayOptions = weekdays.map((text, i) => ({ value: String(i + 1), text }));

/** When something is sent, in words: "every Monday at 08:00, Europe/Berlin". */
export function whenText({ every, on = 1, hour, zone }: Subscription['when']): string {
  const days = { day: 'every day', week: `every ${weekdays[on - 1]}`, month: `on day ${on} of the month` };
  return `${days[every]} at ${hour}, ${zone}`;
}
