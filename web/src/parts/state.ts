// The states of things, each with a tone (its color) and a shape.

export type Shape = 'ok' | 'run' | 'wait' | 'soon' | 'part' | 'ask' | 'bad' | 'idle';
export type Tone = 'ok' | 'run' | 'wait' | 'warn' | 'bad' | 'idle';

export const toneOf: Record<Shape, Tone> = {
  ok: 'ok',
  run: 'run',
  wait: 'wait',
  soon: 'warn',
  part: 'warn',
  ask: 'warn',
  bad: 'bad',
  idle: 'idle',
};

/** From good to bad: the worst of several states is the last one here. */
const order: Shape[] = ['ok', 'idle', 'run', 'wait', 'part', 'ask', 'soon', 'bad'];

export function worst(shapes: Shape[]): Shape | undefined {
  return shapes.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)).at(-1);
}

export const runShapes: Record<string, Shape> = {
  waiting: 'wait',
  running: 'run',
  finished: 'ok',
  incomplete: 'part',
  failed: 'bad',
  interrupted: 'idle',
};

export const runWords: Record<string, string> = {
  waiting: 'Waiting',
  running: 'Running',
  finished: 'Finished',
  incomplete: 'Incomplete',
  failed: 'Failed',
  interrupted: 'Cancelled',
};
