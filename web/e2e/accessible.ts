// What axe-core finds on a page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const every = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// The only rule that needs all of a long list: with a few rows it may no longer scroll.
const scrolling = 'scrollable-region-focusable';

/**
 * Hides what repeats: of siblings that differ in their words only, four stay. axe-core measures
 * every element, also those that it is told to leave out; what is hidden costs it nothing.
 */
const shorten = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const looks = /^(class|style|role|type|tabindex)$/;
    // A state such as aria-selected=true, but no name.
    const state = (a: Attr) => a.name.startsWith('aria-') && /^[a-z]{1,10}$/.test(a.value);
    const kind = (of: Element, parts: string[]): string => {
      const attributes = [...of.attributes].map((a) => a.name + (looks.test(a.name) || state(a) ? a.value : !a.value));
      const words = [...of.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
      return `<${of.tagName} ${attributes.join(' ')} ${words}${parts.join('')}>`;
    };
    let hidden = 0;
    const walk = (of: Element): string => {
      const seen = new Map<string, number>();
      const parts = [...of.children].map((child) => {
        const part = walk(child);
        const times = (seen.get(part) ?? 0) + 1;
        seen.set(part, times);
        if (times <= 4 || /^T[DH]$/.test(child.tagName)) return part;
        child.setAttribute('data-repeats', '');
        hidden++;
        return '';
      });
      return kind(of, parts);
    };
    walk(document.body);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('[data-repeats] { display: none !important }');
    document.adoptedStyleSheets.push(sheet);
    return hidden;
  });

/** Shows again what `shorten` hid. */
const lengthen = (page: Page) =>
  page.evaluate(() => {
    document.adoptedStyleSheets.pop();
    for (const e of document.querySelectorAll('[data-repeats]')) e.removeAttribute('data-repeats');
  });

/** What axe-core finds, one line for each rule. */
export async function violations(page: Page, rules = every): Promise<string[]> {
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe);
  if (!(await shorten(page))) return run(page, rules);
  const found = await run(
    page,
    rules.filter((r) => r !== scrolling),
    [scrolling],
  );
  await lengthen(page);
  const all = rules.includes(scrolling) || rules === every;
  return all ? [...found, ...(await run(page, [scrolling]))] : found;
}

async function run(page: Page, runOnly: string[], without: string[] = []): Promise<string[]> {
  const found = await page.evaluate(
    async ([runOnly, without]) => {
      const { axe } = globalThis as unknown as { axe: { run: (on: object, with_: object) => Promise<AxeResults> } };
      const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
      const options = { runOnly, rules, resultTypes: ['violations'], iframes: false, preload: false };
      return (await axe.run(document, options)).violations;
    },
    [runOnly, without] as const,
  );
  return found.map((v) => {
    const [node] = v.nodes;
    return `${v.id} (${v.nodes.length}): ${node?.html.slice(0, 160)} ${node?.any[0]?.message ?? node?.failureSummary}`;
  });
}
