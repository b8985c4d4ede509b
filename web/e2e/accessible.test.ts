// What looks for faults finds one of each kind, also in a long list of which most is hidden meanwhile.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { every, violations } from './accessible';
import { Browser } from './browser';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.launch();
  page = await (await browser.person({ width: 800, height: 600 })).newPage();
});
afterAll(() => browser.close());

const row = (n: number) =>
  `<tr class="row"><td>${n}</td><td><a href="#${n}" style="padding: 8px; display: block">Row ${n}</a></td></tr>`;

/** A page with a list of 200 rows, and with `more` in its hundredth. */
const list = (more: string, style = '') => `<!doctype html><html lang="en"><title>List</title><style>${style}</style>
  <main><h1>List</h1><div id="box"><table><thead><tr><th>No</th><th>Name</th></tr></thead><tbody>
  ${Array.from({ length: 200 }, (_, n) => row(n) + (n === 100 ? more : '')).join('')}
  </tbody></table></div></main></html>`;

const cell = (content: string) => `<tr class="row"><td>x</td><td>${content}</td></tr>`;

/** A row that differs from the others only in attributes of its link. */
const like = (attributes: string) => `<tr class="row"><td>1</td><td><a href="#1" ${attributes}>Row</a></td></tr>`;

test.each([
  ['nothing', list(''), every, []],
  ['a faint text', list(cell('<span style="color: #ccc">faint</span>')), every, ['color-contrast']],
  ['a faint text alone', list(cell('<span style="color: #ccc">faint</span>')), ['color-contrast'], ['color-contrast']],
  ['a faint class', list(cell('<i class="f">faint</i>'), '.f { color: #ccc }'), every, ['color-contrast']],
  [
    'a row like the others, but fainter',
    list(like('style="padding: 8px; display: block; color: #ccc"')),
    every,
    ['color-contrast'],
  ],
  [
    'a row like the others, but of a faint class',
    list(like('style="padding: 8px; display: block" class="f"'), '.f { color: #ccc }'),
    every,
    ['color-contrast'],
  ],
  [
    'a row like the others, but with a role',
    list(like('style="padding: 8px; display: block" role="nothing"')),
    every,
    ['aria-roles'],
  ],
  [
    'a short page',
    '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><button></button></main></html>',
    every,
    ['button-name'],
  ],
  ['a button without a name', list(cell('<button style="padding: 20px"></button>')), every, ['button-name']],
  ['a picture without a text', list(cell('<img src="data:,">')), every, ['image-alt']],
  ['a field without a label', list(cell('<input>')), every, ['label']],
  [
    'a state that a row cannot have',
    list(cell('<a href="#a" aria-checked="true">x</a>')),
    every,
    ['aria-allowed-attr'],
  ],
  [
    'targets too small and too close',
    list(
      cell(
        '<button style="all: unset; font-size: 8px">a</button><button style="all: unset; font-size: 8px">b</button>',
      ),
    ),
    ['target-size', 'scrollable-region-focusable'],
    ['target-size'],
  ],
  [
    'a box that scrolls, which no key reaches',
    list('', '#box { height: 200px; overflow: auto } td a { visibility: hidden }'),
    every,
    ['scrollable-region-focusable'],
  ],
  [
    'such a box on a telephone',
    list('', '#box { height: 200px; overflow: auto } td a { visibility: hidden }'),
    ['target-size', 'scrollable-region-focusable'],
    ['scrollable-region-focusable'],
  ],
])('%s', async (_, html, rules, expected) => {
  await page.setContent(html);
  const found = await violations(page, rules);
  expect(found.map((f) => f.split(' ')[0]).sort()).toEqual(expected);
  expect(await page.locator('tr:not(:visible)').count(), 'rows that stay hidden').toBe(0);
});
