// After a failed test: what the pages showed, as a picture and as text.
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, expect } from 'vitest';
import { browsers } from './browser';

const folder = new URL('../screenshots/failed/', import.meta.url);

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') {
    for (const b of browsers) expect(b.errors, 'errors of scripts or of the content policy').toEqual([]);
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const [i, page] of [...browsers].flatMap((b) => b.pages()).entries()) {
    const name = `${task.name.replaceAll(/\W+/g, '-')}-${i}`;
    await page.screenshot({ path: new URL(`${name}.png`, folder).pathname }).catch(() => undefined);
    const text = await page
      .locator('body')
      .innerText({ timeout: 1_000 })
      .catch(() => '');
    await writeFile(
      new URL(`${name}.txt`, folder),
      `${page.url()}\n${text}\n${[...browsers].map((b) => b.errors.join('\n'))}`,
    );
  }
});
