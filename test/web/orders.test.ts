import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFound, launchBrowser } from './browser.ts';
import { type FixtureServer, pageFolder, startFixtureServer } from './fixture-server.ts';
import { faintTexts, nameless, overflow } from './readable.ts';

describe.skipIf(!chromiumFound())('orders in a browser', () => {
  let browser: Browser;
  let server: FixtureServer;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

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
  beforeEach(() => server.become('full'));
  afterEach(() => context.close());

  async function open(hash: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    problems = [];
    page.on('console', message => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', error => problems.push(error.message));
    await page.goto(`${server.url}${hash}`);
  }

  it('the page says that retraining is stopped and by whom, who armed what, and how receivers fare', async () => {
    await open('#/');
    await page.getByRole('link', { name: 'Orders' }).click();
    const stopped = page.getByRole('status').filter({ hasText: 'Retraining is stopped' });
    await stopped.getByText('by bob, since').waitFor();
    expect(await stopped.textContent()).toContain('incident 17');
    await page.getByText('Armed is churn; orders of other models are dry runs.').waitFor();
    const switches = page.getByRole('table', { name: 'Switches of retraining' });
    expect(await switches.getByRole('row').allTextContents()).toHaveLength(5);
    await switches.getByRole('row').filter({ hasText: 'disarmed' }).getByText('ci').waitFor();
    const receivers = page.getByRole('table', { name: 'Receivers' });
    await receivers.getByRole('row').filter({ hasText: 'hook' }).getByText('7 failures in a row').waitFor();
    await receivers.getByRole('row').filter({ hasText: 'pager' }).getByText('answered 202').waitFor();
    await page.getByRole('table', { name: 'Newest orders' }).getByRole('link', { name: 'churn' }).click();
    await page.getByRole('heading', { level: 1, name: 'churn' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('an order on the page of its model links to its run, and to web pages alone', async () => {
    await open('#/models/churn?environment=production');
    const card = page.getByRole('region', { name: 'Orders to train' });
    await card.getByText('manual_7, by airflow').waitFor();
    const links = card.getByRole('link', { name: 'Open the run' });
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://ci.example.org/runs/7');
    expect(await links.getAttribute('rel')).toBe('noopener noreferrer');
    await card.getByText('Retraining is stopped').waitFor();
    const armed = card.getByRole('table', { name: 'Switches of retraining' }).getByRole('row');
    expect(await armed.count()).toBe(2);
    await armed.filter({ hasText: 'armed' }).getByText('ann').waitFor();
    expect(problems).toEqual([]);
  });

  it('says so when there is nothing', async () => {
    server.become('empty');
    await open('#/orders');
    await page.getByText('No model is armed: orders are dry runs.').waitFor();
    await page.getByText('Nothing was ordered yet.').waitFor();
    await page.getByText('Nobody is told of alerts').waitFor();
    expect(await page.getByText('Retraining is stopped').count()).toBe(0);
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    '%s at %d px can be read, is named and does not scroll sideways',
    async (colorScheme, width) => {
      await open('#/orders', { colorScheme, viewport: { width, height: 800 } });
      await page.getByText('answered 202').waitFor();
      await page.getByRole('table', { name: 'Newest orders' }).getByText('failed').waitFor();
      expect(await nameless(page)).toEqual([]);
      expect(await faintTexts(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      const shots = process.env['LEEWAY_SCREENSHOTS'];
      if (shots !== undefined)
        await page.screenshot({ path: join(shots, `orders-${colorScheme}.png`), fullPage: true });
      expect(problems).toEqual([]);
    },
  );
});
