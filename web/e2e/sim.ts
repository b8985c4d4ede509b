// The simulator of Meta's Marketing API, and its controls.
import { Program } from './program';

/** The people that the simulator begins with. */
export const petra = '10228765432109876';
export const robot = '122098765432101234';

type TokenKind = 'short' | 'long' | 'system' | 'system60';
type Started = { url: string; token: string; accounts: string[]; app_id: string; app_secret: string };

export class Sim {
  private constructor(
    readonly program: Program,
    readonly is: Started,
  ) {}

  static async start(...args: string[]): Promise<Sim> {
    const program = new Program(['sim', '--listen', '127.0.0.1:0', ...args]);
    return new Sim(program, JSON.parse(await program.line(/^\{/)) as Started);
  }

  async #control(name: string, body: unknown): Promise<Record<string, string>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.is.url}/__sim/${name}`, { method: 'POST', body: text });
    const said = (await answer.json()) as Record<string, string>;
    if (!answer.ok) throw new Error(`The simulator refused ${name}: ${said.error}`);
    return said;
  }

  async now(): Promise<Date> {
    const answer = await fetch(`${this.is.url}/__sim/clock`);
    return new Date(((await answer.json()) as { now: string }).now);
  }

  /** Moves the clock by days, back if negative. */
  async pass(days: number): Promise<Date> {
    return new Date((await this.#control('clock', { advance: `${days * 24}h` })).now!);
  }

  /** Adds faults, as in internal/graphsim/faults.md. */
  script = (text: string) => this.#control('script', text);
  /** Removes all faults. */
  calm = () => this.#control('reset', '');

  async token(kind: TokenKind, person: string, scopes?: string[]): Promise<string> {
    return (await this.#control('token', { kind, person, app: this.is.app_id, ...(scopes && { scopes }) })).token!;
  }

  person = (p: { id: string; name: string; system?: boolean; accounts?: string[] }) => this.#control('person', p);
  happens = (event: string, person: string) => this.#control('event', { event, person, app: this.is.app_id });
}
