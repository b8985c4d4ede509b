// Naming rules: what the page reads and changes, and how a name is taken apart on screen.
import { keepPreviousData } from '@tanstack/svelte-query';
import { api, get, type Schemas } from '../api/client';
import { count, number } from './format';
import { query, queryClient } from './queries';

export type Rule = Schemas['NamingRule'];
export type Preview = Pick<Schemas['NamingPreview'], 'names' | 'unparsed' | 'whole'>;
export type Stored = Schemas['StoredNamingRule'];

export const rules = () =>
  query(() => ({ queryKey: ['naming-rules'], queryFn: () => get(api.GET('/api/v1/naming-rules')) }));

export const ruleVersions = (id: () => string) =>
  query(() => ({
    queryKey: ['naming-rules', id(), 'versions'],
    queryFn: () => get(api.GET('/api/v1/naming-rules/{id}/versions', { params: { path: { id: id() } } })),
    enabled: id() !== '',
  }));

/** What a rule makes of the names in use. Nothing is stored. */
export const preview = (rule: () => Rule, enabled: () => boolean) =>
  query(() => ({
    queryKey: ['naming-preview', rule()],
    queryFn: () => get(api.POST('/api/v1/naming-rules/preview', { body: rule() })),
    placeholderData: keepPreviousData,
    enabled: enabled(),
    retry: false,
  }));

async function changed(): Promise<void> {
  for (const key of ['naming-rules', 'metrics', 'dimensions', 'query', 'members'])
    await queryClient.invalidateQueries({ queryKey: [key] });
}

export async function saveRule(rule: Rule, stored: Stored | undefined): Promise<string> {
  const made = stored
    ? await get(
        api.PUT('/api/v1/naming-rules/{id}', {
          params: { path: { id: stored.id }, header: { 'If-Match': stored.etag } },
          body: rule,
        }),
      )
    : await get(api.POST('/api/v1/naming-rules', { body: rule }));
  await changed();
  return made.id;
}

export async function removeRule(id: string): Promise<void> {
  await get(api.DELETE('/api/v1/naming-rules/{id}', { params: { path: { id } } }));
  await changed();
}

/** The parts of a name between delimiters, as the server counts them. */
export const pieces = (name: string, delimiter: string) => (delimiter ? name.split(delimiter) : [name]);

/** How many of the names in use a rule splits. Without the delimiter, a name is its own first part. */
export function splitText({ names, unparsed, whole }: Preview, delimiter = ''): string {
  const of = count(names, 'name');
  if (unparsed) return `${number(unparsed)} of ${of} cannot be split`;
  if (whole === names) return `No name has the delimiter “${delimiter}”: each stays in one piece`;
  if (whole) return `${number(whole)} of ${of} stay in one piece, without the delimiter “${delimiter}”`;
  return names === 1 ? 'The only name can be split' : `All ${of} can be split`;
}

/** The rule with its dimensions: a part without a name is not used. */
export function ruleOf(draft: Rule): Rule {
  const parts = draft.parts.filter((p) => p.dimension !== '');
  return {
    level: draft.level,
    title: draft.title,
    kind: draft.kind,
    ...(draft.kind === 'delimiter' ? { delimiter: draft.delimiter ?? '' } : { pattern: draft.pattern ?? '' }),
    parts,
  };
}

/** The number of groups of a regular expression; 0 if the browser cannot read it. */
export function groups(pattern: string): number {
  try {
    // RE2 writes named groups with a P.
    return (new RegExp(`${pattern.replaceAll('(?P<', '(?<')}|`).exec('')?.length ?? 1) - 1;
  } catch {
    return 0;
  }
}
