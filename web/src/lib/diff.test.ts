import { expect, it } from 'vitest';
import { changes, diff } from './diff';

const marks = (before: string, after: string) =>
  diff(before, after).map((l) => ({ same: ' ', added: '+', removed: '-' })[l.kind] + l.text);

it('keeps the common lines', () => {
  expect(marks('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
  expect(marks('a', 'a\nb')).toEqual([' a', '+b']);
  expect(marks('a\nb', 'b')).toEqual(['-a', ' b']);
  expect(marks('same', 'same')).toEqual([' same']);
});

it('numbers the lines of both texts', () => {
  expect(diff('a\nb', 'b\nc')).toEqual([
    { kind: 'removed', text: 'a', old: 1 },
    { kind: 'same', text: 'b', old: 2, new: 1 },
    { kind: 'added', text: 'c', new: 2 },
  ]);
});

it('leaves out what is far from a change', () => {
  const text = (n: string) => ['1', '2', '3', '4', '5', n, '7', '8', '9', '10', '11'].join('\n');
  const found = changes(diff(text('6'), text('six')), 1);
  expect(found.map((l) => l?.text)).toEqual(['5', '6', 'six', '7']);
  expect(changes(diff('a', 'a'))).toEqual([]);
});
