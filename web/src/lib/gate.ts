// Where somebody who is not logged in belongs.

/** Returns the path to open after a login: only paths of our own. */
export function nextPath(next: string | null | undefined): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.startsWith('/\\')) return '/';
  return next;
}
