import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFound, launchBrowser } from './browser.ts';
import { type FixtureServer, pageFolder, startFixtureServer } from './fixture-server.ts';
import { faintTexts, nameless, overflow } from './readable.ts';

describe.skipIf(!chromiumFound())('alerts in a browser', () => {
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

  const card = () => page.getByRole('article', { name: 'churn (production)' });

  it('an alert is acknowledged, given back, paused and resumed from its card, by keyboard alone', async () => {
    await open('#/alerts');
    await card().getByText('Nobody has acknowledged it').waitFor();
    await card().getByLabel('Note on alert default of churn (production)').focus();
    await page.keyboard.type('looking');
    await page.keyboard.press('Enter');
    await card().getByText('Acknowledged by page').waitFor();
    expect(await card().evaluate(e => e.contains(document.activeElement))).toBe(true);
    expect(server.asked().at(-1)).toEqual({
      path: '/v1/models/churn/alerts/default/acknowledge',
      body: { environment: 'production', by: 'page', episode: 3, note: 'looking' },
    });
    await card()
      .getByRole('button', { name: 'Give alert default of churn (production) back' })
      .press('Enter');
    await card().getByText('Nobody has acknowledged it').waitFor();
    await card().getByLabel('Pause alert').selectOption('8 hours');
    await card().getByText('Paused by page until').waitFor();
    await card().getByRole('button', { name: 'Resume alert' }).press('Enter');
    await card().getByText('Nobody has acknowledged it').waitFor();
    expect(problems).toEqual([]);
  });

  it('a silence says what it covers before it is made, and is ended from the list', async () => {
    await open('#/alerts');
    await card().getByRole('button', { name: 'Silence findings' }).click();
    const form = page.getByRole('form', { name: 'New silence' });
    const models = form.getByLabel('Models');
    expect(await models.evaluate(e => e === document.activeElement)).toBe(true);
    expect(await models.inputValue()).toBe('churn');
    await form.getByText('all of the open alert, so it is silenced').waitFor();
    await models.fill('nobody');
    await form.getByText('No model of this service fits it').waitFor();
    await models.fill('ch*');
    await form.getByText('7 findings of drift').waitFor();
    await form.getByLabel('Why').fill('backfill');
    await form.getByRole('button', { name: 'Silence', exact: true }).click();
    await page.getByRole('cell', { name: 'page: backfill' }).waitFor();
    expect(server.asked().at(-1)?.body).toMatchObject({ models: ['ch*'], note: 'backfill', by: 'page' });
    await page.getByRole('button', { name: 'End silence of models ch*' }).click();
    await page.getByRole('status').filter({ hasText: 'has ended' }).waitFor();
    await page.getByRole('cell', { name: 'page: backfill' }).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  it('the address of a message opens the episode it tells of', async () => {
    await open('#/models/churn?environment=production&policy=default&episode=2');
    await page.getByRole('img', { name: 'Episode 2 lasted 4' }).waitFor();
    const second = page.locator('#episode-2');
    await second.getByRole('cell', { name: 'feature store is late · by ann' }).waitFor();
    await second.getByRole('cell', { name: 'delivered' }).waitFor();
    expect(await page.locator('#episode-3 details').evaluate(e => (e as HTMLDetailsElement).open)).toBe(
      false,
    );
    await page.locator('#episode-3 summary').press('Enter');
    await page.locator('#episode-3').getByText('not-armed').waitFor();
    expect(problems).toEqual([]);
  });

  it('says so when nothing is open', async () => {
    server.become('empty');
    await open('#/alerts');
    await page.getByText('No alert is open.').waitFor();
    await page.getByText('Nothing is silenced.').waitFor();
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    '%s at %d px can be read, is named and does not scroll sideways',
    async (colorScheme, width) => {
      await open('#/alerts', { colorScheme, viewport: { width, height: 800 } });
      await page.getByRole('button', { name: 'New silence' }).click();
      await page.getByLabel('Again and again').check();
      await page.getByText('7 findings').waitFor();
      for (const hash of ['#/alerts', '#/alerts/churn/default?environment=production']) {
        await page.goto(`${server.url}${hash}`);
        await page.getByText('income: 18').waitFor();
        if (hash !== '#/alerts') await page.getByRole('img', { name: 'Episode 3 open' }).waitFor();
        expect(await nameless(page), hash).toEqual([]);
        expect(await faintTexts(page), hash).toEqual([]);
        expect(await overflow(page), hash).toBeLessThanOrEqual(0);
      }
      expect(problems).toEqual([]);
    },
  );
});
