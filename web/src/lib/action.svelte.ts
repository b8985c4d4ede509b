// A request that somebody started: whether it runs, and what the server said.
import { ApiError, type Problem } from '../api/problem';

export class Action {
  busy = $state(false);
  error = $state.raw<unknown>(null);

  get problem(): Problem | undefined {
    return this.error instanceof ApiError ? this.error.problem : undefined;
  }

  /** The server's message for a field of the form. */
  field(name: string): string | undefined {
    return this.error instanceof ApiError ? this.error.field(name) : undefined;
  }

  /** What went wrong and is not said at a field; undefined if nothing. */
  get message(): string | undefined {
    if (!this.error) return undefined;
    if (this.problem?.errors?.length) return undefined;
    return this.error instanceof Error ? this.error.message : 'Something went wrong.';
  }

  get hint(): string | undefined {
    return this.problem?.hint;
  }

  /** Runs a request; a second call while it runs does nothing. Reports whether it succeeded. */
  async run(request: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await request();
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
