import { expect, it } from 'vitest';
import { History } from './history.svelte';

it('undoes and redoes steps', () => {
  const h = new History({ n: 0 });
  h.set({ n: 1 });
  h.set({ n: 2 });
  h.undo();
  expect(h.now).toEqual({ n: 1 });
  h.redo();
  expect(h.now).toEqual({ n: 2 });
  h.undo();
  h.set({ n: 3 });
  expect(h.canRedo).toBe(false);
  h.undo();
  h.undo();
  expect(h.now).toEqual({ n: 0 });
  expect(h.canUndo).toBe(false);
  expect(h.changed).toBe(false);
});

it('undoes the letters of a field together', () => {
  const h = new History('');
  h.set('a', 'title');
  h.set('ab', 'title');
  h.set('abc', 'title');
  h.undo();
  expect(h.now).toBe('');
});
