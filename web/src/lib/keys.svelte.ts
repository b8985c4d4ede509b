// Keyboard shortcuts. They never act while somebody types, and can be switched off (WCAG 2.1.4).
import { untrack } from 'svelte';

export type Shortcut = { keys: string; text: string; run: () => void };

class Shortcuts {
  on = $state(localStorage.getItem('shortcuts') !== 'off');
  #own = $state.raw<Shortcut[]>([]);
  #before = '';

  get all(): Shortcut[] {
    return this.#own;
  }

  /** Adds shortcuts of a page; the returned function removes them. */
  add(...more: Shortcut[]): () => void {
    this.#own = [...untrack(() => this.#own), ...more];
    return () => (this.#own = this.#own.filter((s) => !more.includes(s)));
  }

  set(on: boolean): void {
    this.on = on;
    localStorage.setItem('shortcuts', on ? 'on' : 'off');
  }

  press(e: KeyboardEvent): void {
    if (!this.on || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
    const two = `${this.#before} ${e.key}`;
    const found = this.#own.findLast((s) => s.keys === two) ?? this.#own.findLast((s) => s.keys === e.key);
    this.#before = e.key;
    if (!found) return;
    this.#before = '';
    e.preventDefault();
    found.run();
  }
}

function typing(target: EventTarget | null): boolean {
  const e = target as HTMLElement | null;
  return !!e?.closest('input, textarea, select, [contenteditable], [role=dialog]');
}

export const shortcuts = new Shortcuts();
