// What a shared page reads, again whenever its question changes. Nothing is kept when the component goes.
import { Refused } from './call';

export class Asked<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<Error | null>(null);
  isFetching = $state(false);
  again = $state(0);

  get isPending(): boolean {
    return this.data === undefined && this.error === null;
  }

  refetch = (): void => void this.again++;
}

/** Asks while the component exists; `key` is the question as text. A link that is used too often asks later. */
export function asked<T>(key: () => string, ask: (key: string, signal: AbortSignal) => Promise<T>): Asked<T> {
  const out = new Asked<T>();
  const question = $derived(key());
  $effect(() => {
    const [text, abort] = [question, new AbortController()];
    let timer: ReturnType<typeof setTimeout> | undefined;
    void out.again;
    if (!text) return;
    out.isFetching = true;
    ask(text, abort.signal)
      .then((data) => {
        if (!abort.signal.aborted) [out.data, out.error] = [data, null];
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        out.error = error instanceof Error ? error : new Error('The figures could not be loaded.');
        if (!(error instanceof Refused)) return;
        out.data = undefined;
        if (error.after !== undefined) timer = setTimeout(out.refetch, error.after * 1_000);
      })
      .finally(() => {
        if (!abort.signal.aborted) out.isFetching = false;
      });
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  });
  return out;
}
