// The log of a run as it is written. The stream resumes by itself after a break, without
// doubles: the browser sends the number of the last line.
import type { Schemas } from '../api/client';

export type Line = Schemas['LogLine'];
export type LogFilter = { text?: string; level?: string; account?: string };

export class LogStream {
  lines = $state.raw<Line[]>([]);
  state = $state<'live' | 'ended' | 'broken'>('live');
  #source: EventSource | undefined;
  #waiting: Line[] = [];
  #frame = 0;
  #last = 0;

  open(run: string, filter: LogFilter): void {
    this.close();
    this.lines = [];
    this.#last = 0;
    this.state = 'live';
    const query = new URLSearchParams(Object.entries(filter).filter(([, v]) => v) as [string, string][]);
    const events = new EventSource(`/api/v1/runs/${encodeURIComponent(run)}/events?${query}`);
    this.#source = events;
    events.addEventListener('line', (e) => this.#add(JSON.parse((e as MessageEvent<string>).data) as Line));
    events.addEventListener('end', () => {
      this.state = 'ended';
      events.close();
    });
    events.onopen = () => (this.state = 'live');
    events.onerror = () => (this.state = 'broken');
  }

  close(): void {
    this.#source?.close();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting = [];
  }

  // Lines arrive by the hundred; they are shown once per frame.
  #add(line: Line): void {
    if (line.seq <= this.#last) return;
    this.#last = line.seq;
    this.#waiting.push(line);
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.lines = this.lines.concat(this.#waiting);
      this.#waiting = [];
    });
  }
}
