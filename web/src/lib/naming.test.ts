import { expect, it } from 'vitest';
import { groups, pieces, ruleOf, splitText } from './naming';

it('takes names apart by a delimiter', () => {
  expect(pieces('DE_Sale_Women', '_')).toEqual(['DE', 'Sale', 'Women']);
  expect(pieces('DE | Sale', ' | ')).toEqual(['DE', 'Sale']);
  expect(pieces('DE_Sale', '')).toEqual(['DE_Sale']);
});

it.each([
  [{ names: 17, unparsed: 0, whole: 0 }, 'All 17 names can be split'],
  [{ names: 1, unparsed: 0, whole: 0 }, 'The only name can be split'],
  [{ names: 17, unparsed: 2, whole: 2 }, '2 of 17 names cannot be split'],
  [{ names: 17, unparsed: 0, whole: 3 }, '3 of 17 names stay in one piece, without the delimiter “_”'],
  [{ names: 17, unparsed: 0, whole: 17 }, 'No name has the delimiter “_”: each stays in one piece'],
])('says of %o that %s', (preview, want) => expect(splitText(preview, '_')).toBe(want));

it('counts the groups of an expression', () => {
  expect(groups('^([A-Z]{2})_(?P<goal>[a-z]+)')).toBe(2);
  expect(groups('(?:a)')).toBe(0);
  expect(groups('([')).toBe(0);
});

it('leaves parts without a name out, and what belongs to the other kind', () => {
  const parts = [
    { index: 1, dimension: 'market' },
    { index: 2, dimension: '' },
  ];
  const draft = { level: 'campaign', title: 'T', delimiter: '_', pattern: 'x', parts } as const;
  expect(ruleOf({ ...draft, kind: 'delimiter', parts: [...parts] })).toEqual({
    level: 'campaign',
    title: 'T',
    kind: 'delimiter',
    delimiter: '_',
    parts: [{ index: 1, dimension: 'market' }],
  });
  expect(ruleOf({ ...draft, kind: 'regex', parts: [...parts] }).pattern).toBe('x');
});
