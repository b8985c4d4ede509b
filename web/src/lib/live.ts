// Events of the server: a page that shows something learns within two seconds that it
// changed, and reads it again.
import { connection } from './connection.svelte';
import { outdated, queryClient } from './queries';

type Change = { kind: string; id: string; source?: string };

/** Listens until the returned function is called. The browser resumes a broken stream by itself. */
export function listen(): () => void {
  const events = new EventSource('/api/v1/events');
  events.addEventListener('change', (e) => {
    const change = JSON.parse((e as MessageEvent<string>).data) as Change;
    outdated(change.kind, change.id, change.source);
  });
  events.addEventListener('reset', () => void queryClient.invalidateQueries());
  let broken = false;
  events.onopen = () => {
    if (broken) void queryClient.invalidateQueries();
    broken = false;
    connection.restored();
  };
  events.onerror = () => {
    broken = true;
    // The server refused, and the browser does not ask again. Reading anything says why, such
    // as a session that has ended.
    const refused = events.readyState === EventSource.CLOSED;
    // Otherwise the browser tries again, and one small request shows whether the server is there.
    void queryClient.invalidateQueries(refused ? undefined : { queryKey: ['session'] });
  };
  return () => events.close();
}
