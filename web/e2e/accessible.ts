// What axe-core finds on a page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const every = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// Rows of a table are alike, and so are the tables of a list: of a long one, the first are looked at.
const alike = ['tbody tr:nth-child(n + 16)', '.sqltables > :nth-child(n + 6)'];

/** What axe-core finds, one line for each rule. */
export async function violations(page: Page, rules = every): Promise<string[]> {
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(
    async ([runOnly, exclude]) => {
      const { axe } = globalThis as unknown as { axe: { run: (on: object, with_: object) => Promise<AxeResults> } };
      const options = { runOnly, resultTypes: ['violations'], iframes: false, preload: false };
      return (await axe.run({ include: document, exclude }, options)).violations;
    },
    [rules, [alike]] as const,
  );
  return found.map((v) => {
    const [node] = v.nodes;
    return `${v.id} (${v.nodes.length}): ${node?.html.slice(0, 160)} ${node?.any[0]?.message ?? node?.failureSummary}`;
  });
}
