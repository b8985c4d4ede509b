// Debian's Chromium, driven by Playwright. What a page must never do fails every test.
import { type Browser as Chromium, type BrowserContext, chromium, type Page } from 'playwright-core';

type Options = { width?: number; height?: number; dark?: boolean; at?: Date; agent?: string };

/** All that are open, for what is looked at after each test. */
export const browsers = new Set<Browser>();

/** Chromium, which takes a second to start: all files of a process use the same. */
let running: Promise<Chromium> | undefined;

function start(): Promise<Chromium> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  // Chromium's own sandbox needs what a container's root does not have.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** Windows of people who have nothing in common with those of other tests. */
export class Browser {
  /** Errors of scripts and of the content policy, from every page. */
  readonly errors: string[] = [];
  readonly #contexts: BrowserContext[] = [];

  private constructor(private readonly chromium: Chromium) {
    browsers.add(this);
  }

  static async launch(): Promise<Browser> {
    return new Browser(await (running ??= start()));
  }

  /** A browser in which nobody is logged in. */
  async person({ width = 1440, height = 900, dark = false, at, agent }: Options = {}): Promise<BrowserContext> {
    const context = await this.chromium.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      userAgent: agent,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(15_000);
    if (at) await context.clock.install({ time: at });
    context.on('page', (page) => this.#watch(page));
    return context;
  }

  #watch(page: Page) {
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      // An answer such as 401 is no error of the page, though the browser prints it.
      const expected = /Failed to load resource|net::ERR_/.test(message.text());
      if (message.type() === 'error' && !expected) this.errors.push(message.text());
    });
  }

  pages = () => this.#contexts.flatMap((c) => c.pages());

  async close(): Promise<void> {
    browsers.delete(this);
    await Promise.all(this.#contexts.map((c) => c.close()));
  }
}
