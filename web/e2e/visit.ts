// A page as a person sees it: by its words.
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { maja, type Stack } from './stack';

export class Visit {
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly url: string,
  ) {}

  /** A person who is logged in, unless `who` is null. */
  static async of(
    stack: Stack,
    size: { width?: number; height?: number; at?: Date; agent?: string } = {},
    who: { email: string; password: string } | null = maja,
    browser = stack.browser,
  ): Promise<Visit> {
    const context = await browser.person(size);
    if (who) {
      const { email, password } = who;
      const answer = await context.request.post(`${stack.url}/api/v1/session`, { data: { email, password } });
      if (!answer.ok()) throw new Error(`${email} cannot log in: ${answer.status()} ${await answer.text()}`);
    }
    return new Visit(await context.newPage(), context, stack.url);
  }

  open = (path: string) => this.page.goto(this.url + path);
  at = (path: string | RegExp) => this.page.waitForURL(typeof path === 'string' ? this.url + path : path);
  button = (name: string) => this.page.getByRole('button', { name, exact: true });
  link = (name: string) => this.page.getByRole('link', { name, exact: true });
  field = (name: string) => this.page.getByLabel(name, { exact: true });
  /** A field that shows a value, whose sheet may have the same name. */
  box = (name: string) => this.page.getByRole('textbox', { name, exact: true });
  text = (words: string | RegExp): Locator => this.page.getByText(words).first();
  see = (words: string | RegExp, timeout = 15_000) => this.text(words).waitFor({ timeout });
  gone = (words: string | RegExp, timeout = 15_000) => this.text(words).waitFor({ state: 'detached', timeout });
  /** What needs attention, in one tone: bad, warn, wait or ok. */
  band = (tone: string, words: string | RegExp = '', timeout = 15_000) =>
    this.page.locator(`.attn--${tone}`).getByText(words).first().waitFor({ timeout });

  /** The main part's text. */
  words = () => this.page.locator('#main').innerText();

  /** Why a button cannot be pressed: what its tip says. */
  async reason(button: Locator): Promise<string> {
    await button.hover();
    const tip = this.page.locator('.tipbox').first();
    await tip.waitFor();
    const text = await tip.innerText();
    await this.page.mouse.move(0, 0);
    return text;
  }
}
