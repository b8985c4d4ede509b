// Opens the views in a browser.
import type { BrowserContext, Page } from 'playwright-core';
import { fakeBoards } from './boards';
import type { View } from './pages';
import { maja } from './stack';
import type { Where, World } from './world';

export const sizes = {
  375: { width: 375, height: 812 },
  1440: { width: 1440, height: 900 },
  1920: { width: 1920, height: 1080 },
} as const;
export type Width = keyof typeof sizes;
export type Theme = 'light' | 'dark';

/** The window of a person who is logged in everywhere, and another without any login. */
export class Window {
  private readonly contexts = new Map<string, BrowserContext>();
  /** Pages that show one view after the other: a new one costs three times as much as to open an address. */
  private readonly pages = new Map<string, Page>();
  constructor(private readonly world: Partial<World>) {}

  /** Cookies do not know ports, so that each stack has a context of its own. */
  private async context(where: Where, anybody = false): Promise<BrowserContext> {
    const name = anybody ? 'anybody' : where;
    const there = this.contexts.get(name);
    if (there) return there;
    const context = await this.world.browser!.person();
    this.contexts.set(name, context);
    if (!anybody) {
      const { email, password } = maja;
      await context.request.post(`${this.world[where]!.url}/api/v1/session`, { data: { email, password } });
    }
    return context;
  }

  /** A new page of somebody who is logged in to a stack, unless `anybody` looks at it. */
  async page(where: Where, anybody?: boolean): Promise<Page> {
    const page = await (await this.context(where, anybody)).newPage();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    return page;
  }

  /** Opens a view, as wide as a desk's screen, and waits until it stands still. */
  async show(view: View): Promise<Page> {
    const world = this.world as World;
    const page = await this.pageOf(view);
    await wear(page, 1440, 'light');
    await page.goto(world[view.on].url + view.path(world));
    await still(page);
    if (view.act) {
      await view.act(page, world);
      await still(page);
    }
    return page;
  }

  /** The page of earlier views that had the same reader and the same answers. */
  private async pageOf({ on, anybody = false, boards = false }: View): Promise<Page> {
    const name = `${on} ${anybody} ${boards}`;
    const there = this.pages.get(name);
    if (there) return there;
    const page = await this.page(on, anybody);
    this.pages.set(name, page);
    if (boards) await fakeBoards(page);
    // What was changed for one view and not saved may be lost.
    page.on('dialog', (dialog) => void dialog.accept());
    return page;
  }
}

const painted = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Shows a page in another size and theme. */
export async function wear(page: Page, width: Width, theme: Theme): Promise<void> {
  await page.setViewportSize(sizes[width]);
  await page.emulateMedia({ colorScheme: theme });
  await painted(page);
}

/** Waits until a page has its title and nothing is loading; streams of events stay open. */
export async function still(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.skel, [aria-busy=true]'));
  await page.evaluate(() => document.fonts.ready);
  await painted(page);
}
