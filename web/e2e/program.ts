// The program as a process that belongs to one test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary = process.env.ADTALLY_PROGRAM ?? fileURLToPath(new URL('../../bin/adtally', import.meta.url));

// A test that crashes leaves no process behind, and neither does a service that files share:
// Vitest ends its workers with a signal, at which Node runs no handlers of 'exit'.
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((p) => p.kill('SIGKILL')));
for (const end of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(end, () => process.exit());

export class Program {
  #process: ChildProcess;
  #lines: string[] = [];
  #errors = '';
  #arrived: () => void = () => {};

  constructor(args: string[], env: Record<string, string> = {}) {
    this.#process = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.#process.stdout! }).on('line', (line) => {
      this.#lines.push(line);
      this.#arrived();
    });
    this.#process.stderr!.on('data', (text: Buffer) => (this.#errors += text.toString()));
    running.add(this.#process);
    this.#process.on('exit', () => {
      running.delete(this.#process);
      this.#arrived();
    });
  }

  /** The first line that fits, printed already or later. */
  async line(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 20_000; ;) {
      const found = this.#lines.find((l) => pattern.test(l));
      if (found) return found;
      if (this.#process.exitCode !== null || Date.now() > end)
        throw new Error(`The program did not print ${pattern}: ${this.#lines.join('\n')}\n${this.#errors}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** What it wrote to standard error: the service's log. */
  get log(): string {
    return this.#errors;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const hard = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }
}
