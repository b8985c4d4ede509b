// Short confirmations of what the reader just did. They stay 6 seconds, failures until closed.
export type Toast = { id: number; text: string; bad: boolean; action?: { text: string; run: () => void } };

class Toasts {
  all = $state<Toast[]>([]);
  #last = 0;

  say(text: string, action?: Toast['action']): void {
    const id = this.#add({ text, bad: false, action });
    setTimeout(() => this.close(id), 6_000);
  }

  fail(text: string, action?: Toast['action']): void {
    this.#add({ text, bad: true, action });
  }

  close(id: number): void {
    this.all = this.all.filter((t) => t.id !== id);
  }

  #add(t: Omit<Toast, 'id'>): number {
    this.all = [...this.all.slice(-2), { ...t, id: ++this.#last }];
    return this.#last;
  }
}

export const toasts = new Toasts();
