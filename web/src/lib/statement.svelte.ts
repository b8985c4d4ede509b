// SQL that people write: a statement that runs, and those that are saved.
import { api, get, readLines, type Schemas } from '../api/client';
import { Action } from './action.svelte';
import { query, queryClient } from './queries';

type Line = Schemas['SQLLine'];
export type Rows = (string | null)[][];

export const sqlTables = (enabled: () => boolean) =>
  query(() => ({
    queryKey: ['sources', 'sql-tables'],
    queryFn: () => get(api.GET('/api/v1/sql/tables')),
    enabled: enabled(),
    staleTime: 60_000,
  }));

export const savedStatements = (enabled: () => boolean) =>
  query(() => ({
    queryKey: ['saved-sql'],
    queryFn: () => get(api.GET('/api/v1/sql/saved')),
    enabled: enabled(),
  }));

const changed = () => queryClient.invalidateQueries({ queryKey: ['saved-sql'] });

/** Saves a statement under a name; with an ID, in place of an earlier one. */
export async function save(body: Schemas['NamedSQL'], before?: Schemas['SavedStatement']) {
  const kept = before
    ? await get(
        api.PUT('/api/v1/sql/saved/{id}', {
          params: { path: { id: before.id }, header: { 'If-Match': before.etag } },
          body,
        }),
      )
    : await get(api.POST('/api/v1/sql/saved', { body }));
  await changed();
  return kept;
}

export async function removeSaved(id: string) {
  await get(api.DELETE('/api/v1/sql/saved/{id}', { params: { path: { id } } }));
  await changed();
}

export const resultCSV = (sql: string) =>
  get<Blob>(api.POST('/api/v1/sql/run.csv', { body: { sql }, parseAs: 'blob' }));

export class Statement {
  columns = $state.raw<Schemas['SQLColumn'][]>([]);
  rows = $state.raw<Rows>([]);
  end = $state.raw<Schemas['SQLEnd'] | undefined>();
  fault = $state.raw<Schemas['LineFault'] | undefined>();
  /** The text that gave the result. */
  sql = $state('');
  since = $state(0);
  action = new Action();
  #abort: AbortController | undefined;

  async run(sql: string, limit: number): Promise<void> {
    if (this.action.busy) return;
    const abort = new AbortController();
    this.#abort = abort;
    [this.columns, this.rows, this.end, this.fault, this.sql, this.since] = [
      [],
      [],
      undefined,
      undefined,
      sql,
      Date.now(),
    ];
    const rows: Rows = [];
    await this.action.run(async () => {
      try {
        await readLines<Line>('/api/v1/sql/run', { sql, limit }, (line) => this.#take(line, rows), abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        this.fault = { code: 'sql_stopped', act: 'configure', message: 'The statement was stopped' };
      }
    });
    this.rows = rows;
  }

  #take(line: Line, rows: Rows): void {
    if (line.columns) this.columns = line.columns;
    if (line.rows) rows.push(...(line.rows as Rows));
    if (line.end) this.end = line.end;
    if (line.fault) this.fault = line.fault;
  }

  /** Stops it. The server kills the process when the connection closes. */
  stop(): void {
    this.#abort?.abort();
  }
}

/** What a limit means for the person who reads the result. */
export function limitText(end: Schemas['SQLEnd'], limit: number): string | undefined {
  switch (end.limit) {
    case 'rows':
      return `Only the first ${limit.toLocaleString('en')} rows are shown. The CSV file has up to 1,000,000.`;
    case 'bytes':
      return 'The result is larger than 4 MB, so only its first rows are shown.';
    case 'time':
      return 'The statement ran longer than 15 seconds and was stopped.';
  }
  return undefined;
}
