// Who is logged in, and what they may do. The server checks again.
import type { Schemas } from '../api/client';
import { queryClient, session } from './queries';

type Role = Schemas['Self']['role'];
type Permission = Schemas['Self']['permissions'][number];

const ranks: Role[] = ['guest', 'viewer', 'editor', 'builder', 'admin'];

export class Me {
  #query = session();

  get self() {
    return this.#query.data;
  }

  get pending() {
    return this.#query.isPending;
  }

  get failed() {
    return this.#query.error;
  }

  has(role: Role, permission?: Permission): boolean {
    const self = this.self;
    if (!self || ranks.indexOf(self.role) < ranks.indexOf(role)) return false;
    return !permission || self.permissions.includes(permission);
  }

  /** Why the reader may not do something; null if they may. For disabled buttons. */
  refusal(role: Role, permission?: Permission): string | null {
    if (this.has(role, permission)) return null;
    if (permission && this.has(role))
      return `You can view this but not change it. Ask an admin for the “${permission}” permission.`;
    return `You can view this but not change it. Ask an admin for the role “${role}”.`;
  }
}

/** Forgets everything that was read for the previous person. */
export function forget(): void {
  queryClient.clear();
}
