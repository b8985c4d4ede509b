import { api, get } from '../api/client';

/** Starts a login at the platform and leaves for its page. It comes back with ?login=. */
export async function startLogin(connector: string, source?: string): Promise<void> {
  const started = await get(api.POST('/api/v1/logins', { body: { connector, ...(source && { source }) } }));
  location.assign(started.url);
}
