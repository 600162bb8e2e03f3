import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFound, launchBrowser } from './browser.ts';
import { type FixtureServer, ingestKey, pageFolder, readKey, startFixtureServer } from './fixture-server.ts';

/** The page of a service that asks for keys, under the headers of the real one. */
describe.skipIf(!chromiumFound())('signing in', () => {
  let browser: Browser;
  let server: FixtureServer;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained of: violations of the policy, errors of scripts. */
  let problems: string[];
  /** Addresses that were asked for. */
  let addresses: string[];

  beforeAll(async () => {
    if (!existsSync(join(pageFolder, 'index.html')))
      throw new Error(`${pageFolder} has no page: run \`npx vite build\` first`);
    server = await startFixtureServer();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(() => {
    server.become('keyed');
    return open({});
  });
  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    problems = [];
    addresses = [];
    page.on('console', message => {
      // Chromium itself reports every answer that is an error.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        problems.push(message.text());
    });
    page.on('pageerror', error => problems.push(error.message));
    page.on('request', request => addresses.push(request.url()));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', event =>
        console.error(`violation of ${event.violatedDirective} by ${event.blockedURI}`),
      );
    });
    await page.goto(server.url);
  }

  const field = () => page.getByLabel('API key', { exact: true });
  const churn = () => page.getByRole('link', { name: 'churn' });

  it('by keyboard alone, kept in the tab, gone after signing out and in another tab', async () => {
    await page.getByRole('heading', { level: 1, name: 'Sign in with an API key' }).waitFor();
    expect(await field().evaluate(e => e === document.activeElement)).toBe(true);
    await page.keyboard.type(readKey);
    await page.keyboard.press('Enter');
    await churn().waitFor();
    await page.reload();
    await churn().waitFor();
    expect(await page.evaluate(() => [Object.keys(localStorage), document.cookie])).toEqual([[], '']);
    const other = await context.newPage();
    await other.goto(server.url);
    await other.getByLabel('API key', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field().waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(addresses.join()).not.toContain('lw_');
    expect(problems).toEqual([]);
  });

  it('says what is wrong with a key, to readers of screens too, and does not keep it', async () => {
    await field().fill(`lw_wrongwrong_${'w'.repeat(32)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'unknown, revoked or expired' }).waitFor();
    expect(await field().getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await field().fill(ingestKey);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'the role read or admin' }).waitFor();
    await field().fill(readKey);
    await page.keyboard.press('Enter');
    await churn().waitFor();
    expect(problems).toEqual([]);
  });

  it('opens the view of the address, and asks again when the key has ended', async () => {
    await page.goto(`${server.url}#/rejects`);
    await field().fill(readKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Rejects' }).waitFor();
    await page.evaluate(() => sessionStorage.setItem('leeway-key', 'lw_revoked000_x'));
    await page.getByRole('link', { name: 'Models' }).click();
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'revoked' }).waitFor();
  });

  it('is not asked for by a service without keys', async () => {
    server.become('full');
    await page.reload();
    await churn().waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('%s at %d px can be read and does not scroll sideways', async (colorScheme, width) => {
    await open({ colorScheme, viewport: { width, height: 800 } });
    await field().fill('lw_x');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'unknown' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await page.locator('h1').count()).toBe(1);
    const colours = await page.evaluate(() =>
      [...document.querySelectorAll('.sign-in :is(h1, p:not(.unseen), label, input, button)')].map(e => {
        const style = getComputedStyle(e);
        let behind: Element | null = e;
        while (behind !== null && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
          behind = behind.parentElement;
        return [
          e.tagName,
          style.color,
          behind === null ? 'rgb(255, 255, 255)' : getComputedStyle(behind).backgroundColor,
        ];
      }),
    );
    const luminance = (text: string) => {
      const [r, g, b] = text
        .match(/\d+(\.\d+)?/g)!
        .slice(0, 3)
        .map(v =>
          Number(v) / 255 <= 0.04045 ? Number(v) / 3294.6 : ((Number(v) / 255 + 0.055) / 1.055) ** 2.4,
        );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    expect(colours.length).toBeGreaterThan(5);
    for (const [tag, front, back] of colours) {
      const [low, high] = [luminance(front!), luminance(back!)].sort((a, b) => a - b);
      expect((high! + 0.05) / (low! + 0.05), `${tag} ${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(problems).toEqual([]);
  });
});
