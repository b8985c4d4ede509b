// Opens the views in a browser.
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { admin } from './stack';
import type { View, Where } from './pages';
import type { World } from './world';

export const sizes = { 375: { width: 375, height: 812 }, 1440: { width: 1440, height: 900 } } as const;
export type Width = keyof typeof sizes;
export type Theme = 'light' | 'dark';

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A browser window, with the sessions of the stacks and with what its pages complained about. */
export class Window {
  readonly complaints: string[] = [];
  private constructor(
    private readonly world: Partial<World>,
    private readonly contexts: Map<string, BrowserContext>,
  ) {}

  /** Cookies do not know ports, so that each stack has a context of its own. */
  static async open(
    browser: Browser,
    world: Partial<World>,
    stacks: Where[] = ['empty', 'one', 'many'],
  ): Promise<Window> {
    const contexts = new Map<string, BrowserContext>();
    const add = async (name: string) => {
      const options = { locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' as const };
      const context = await browser.newContext(options);
      contexts.set(name, context);
      return context;
    };
    await add('anybody');
    for (const name of stacks) {
      const { request } = await add(name);
      const { email, password } = admin;
      const answer = await request.post(`${world[name]!.url}/api/v1/session`, { data: { email, password } });
      if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
    }
    return new Window(world, contexts);
  }

  async close(): Promise<void> {
    await Promise.all([...this.contexts.values()].map((c) => c.close()));
  }

  /** A new page of somebody who is logged in to a stack. */
  page(where: Where): Promise<Page> {
    return this.contexts.get(where)!.newPage();
  }

  /** Opens a view, as wide as a desk's screen, and waits until it stands still. */
  async show(view: View): Promise<Page> {
    const page = await this.contexts.get(view.anybody ? 'anybody' : view.on)!.newPage();
    const complain = (text: string) => this.complaints.push(`${view.name}: ${text}`);
    page.on('console', (m) => {
      // A browser reports an answer such as 404 as an error, even if the page expects it.
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) complain(m.text());
    });
    page.on('pageerror', (e) => complain(String(e)));
    await page.setViewportSize(sizes[1440]);
    const world = this.world as World;
    await page.goto(world[view.on].url + view.path(world));
    await still(page);
    if (view.act) {
      await view.act(page, world);
      await still(page);
    }
    return page;
  }
}

/** Shows a page in another size and theme. */
export async function wear(page: Page, width: Width, theme: Theme): Promise<void> {
  await page.setViewportSize(sizes[width]);
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Waits until a page has its title and nothing is loading; streams of events stay open. */
export async function still(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ timeout: 10_000 });
  await page.waitForFunction(() => !document.querySelector('.skel, [aria-busy=true]'), undefined, { timeout: 10_000 });
  await page.evaluate(() => document.fonts.ready);
}
