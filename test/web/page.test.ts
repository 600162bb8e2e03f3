import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumFound, launchBrowser } from './browser.ts';
import { change } from './fixture-data.ts';
import { type FixtureServer, pageFolder, startFixtureServer } from './fixture-server.ts';
import { faintTexts as faintTextsOf, nameless as namelessOf, overflow as overflowOf } from './readable.ts';

const found = chromiumFound();

describe.skipIf(!found)('the page in a browser', () => {
  let browser: Browser;
  let server: FixtureServer;
  let context: BrowserContext;
  let page: Page;
  /** Console errors, page errors and requests that left the origin. */
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

  beforeEach(async () => {
    server.become('full');
    await open({});
  });

  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    problems = [];
    page.on('console', message => message.type() === 'error' && problems.push(`console: ${message.text()}`));
    page.on('pageerror', error => problems.push(`page: ${error.message}`));
    page.on('request', request => {
      if (!request.url().startsWith(server.url)) problems.push(`left the origin: ${request.url()}`);
    });
  }

  const visit = (hash: string) => page.goto(`${server.url}${hash}`);
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const subjectHeading = () => page.locator('#subject-name');

  const nameless = () => namelessOf(page);
  const faintTexts = () => faintTextsOf(page);
  const overflow = () => overflowOf(page);

  /** How many different colours the chart's canvas has: one or none is an empty picture. */
  const chartColours = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.plot canvas');
      const drawing = canvas?.getContext('2d');
      if (!canvas || !drawing || canvas.width === 0) return 0;
      const pixels = new Uint32Array(drawing.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return new Set(pixels).size;
    });

  it('lists the models, the one that fires first, with state in words', async () => {
    await visit('');
    await page.getByRole('link', { name: 'churn' }).waitFor();
    const rows = await page.locator('table.models tbody tr').allInnerTexts();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/churn[\s\S]*Alert firing[\s\S]*income[\s\S]*243,360[\s\S]*Armed/);
    expect(rows[1]).toMatch(/fraud[\s\S]*Learning[\s\S]*3,120 of 5,000 rows[\s\S]*Dry run/);
    expect(problems).toEqual([]);
  });

  it('opens a deep link at its subject, window and length', async () => {
    const at = change + 48 * 3600;
    await visit(`#/models/churn?subject=feature%3Aplan&at=${at}`);
    await page.getByRole('heading', { name: 'plan', exact: true }).waitFor();
    await page.locator('table.categories').waitFor();
    expect(await page.locator('.steps').innerText()).toContain(
      '9 Nov 2026 04:00 UTC'.replaceAll(' ', '\u00a0'),
    );
    expect(await page.getByRole('link', { name: '24 h' }).getAttribute('aria-current')).toBe('true');
    expect(await page.locator('table.categories tbody tr').first().innerText()).toMatch(
      /free\s+42\s%\s+\d+\s%/,
    );
    expect(await page.title()).toBe('churn · Leeway');
    expect(problems).toEqual([]);
  });

  it('draws the chart, says since when the alert fires, and names the worst subject', async () => {
    await visit('#/models/churn');
    await page.locator('.plot canvas').waitFor();
    await expect.poll(chartColours).toBeGreaterThan(20);
    expect(await page.locator('.alert-line').innerText()).toMatch(
      /Alert firing since 7\sNov\s2026\s13:00\sUTC \(14\sdays\)/,
    );
    expect(await subjectHeading().innerText()).toBe('income');
    expect(await page.locator('.plot canvas').getAttribute('aria-label')).toMatch(
      /Drift in income, prediction, plan, monthly_charges/,
    );
    await page.locator('svg.bars rect.reference').first().waitFor();
    expect(await page.locator('.numbers').innerText()).toMatch(
      /Effect[\s\S]*%[\s\S]*inside alpha 3\.1e-5[\s\S]*5,756/,
    );
    expect(problems).toEqual([]);
  });

  it('reaches a subject with the keyboard alone and moves the window with the arrows', async () => {
    await visit('#/models/churn');
    await subjectHeading().waitFor();
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute('href') ?? document.activeElement?.tagName ?? '',
      );
    for (let i = 0; i < 60 && !(await focused()).includes('monthly_charges'); i++)
      await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await expect.poll(() => subjectHeading().innerText()).toBe('monthly_charges');
    await page.getByRole('slider').focus();
    const before = await page.locator('.steps').innerText();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('.steps').innerText()).not.toBe(before);
    expect(page.url()).toMatch(/at=\d+/);
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toContain('UTC');
    await page.keyboard.press('End');
    await expect.poll(() => page.url()).not.toMatch(/at=/);
    expect(problems).toEqual([]);
  });

  it('picks a window by a click into the chart', async () => {
    await visit('#/models/churn');
    const over = page.locator('.plot .u-over');
    await over.waitFor();
    const box = (await over.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => page.url()).toMatch(/at=\d+/);
    const at = Number(/at=(\d+)/.exec(page.url())![1]);
    expect(Math.abs(at - Date.UTC(2026, 9, 30) / 1000)).toBeLessThan(3 * 86_400);
  });

  it('switches the window length and says when nothing could be judged', async () => {
    await visit('#/models/churn?check=unseen');
    await page.getByRole('link', { name: '1 h', exact: true }).click();
    await page.getByText('None of these windows could be judged').waitFor();
    await page.getByRole('link', { name: 'See windows of 6 h' }).click();
    await expect
      .poll(() => page.getByRole('link', { name: '6 h', exact: true }).getAttribute('aria-current'))
      .toBe('true');
    await page.getByRole('link', { name: '168 h', exact: true }).click();
    await expect.poll(() => page.locator('.steps').innerText()).toContain('168');
    expect(problems).toEqual([]);
  });

  it('shows the chart as a table', async () => {
    await visit('#/models/churn');
    await page.getByText('Show as table').first().click();
    const table = page.getByRole('table', { name: /Effects of check drift/ });
    await table.waitFor();
    expect(await table.getByRole('row').count()).toBeGreaterThan(500);
    expect(await table.getByRole('row').nth(1).innerText()).toMatch(
      /21\sNov\s04:00\s+income\s+\d+\s%\s+2\s%\s+Drift/,
    );
  });

  const number = (name: string) =>
    page.locator('.numbers > div', { has: page.getByText(name, { exact: true }) }).innerText();

  it('shows what a verdict rests on: place, limits, fit, components, and which decided', async () => {
    await visit('#/models/churn');
    await page.locator('.numbers').waitFor();
    expect(await number('Effect')).toMatch(
      /3\d\s% \(3\d\s% to 3\d\s%\)\s+more rows at 48,750 and above \(31\s% of the baseline's rows\)/,
    );
    expect(await number('Tolerance')).toMatch(/2\s% body of the distribution\s+pages from 10\s%/);
    expect(await number('Missing')).toMatch(/3\.9\s% baseline 0\.4\s%/);
    expect(await number('Smallest detectable')).toMatch(/a shift of 3\.\d\s% of the rows/);
    expect(await number('Fit of the noise')).toMatch(/history before 20\sNov\s2026/);
    await page.getByText('Calibrated: held against 28 days or more').waitFor();
    const table = page.getByRole('table', { name: /Components of the test/ });
    const rows = await table.getByRole('row').allInnerTexts();
    expect(rows).toHaveLength(5);
    expect(rows[1]).toMatch(/Location: higher or lower values decided\s+<1e-300\s+1\.7e-5/);
    expect(rows.slice(2).join()).not.toContain('decided');
    expect(problems).toEqual([]);
  });

  it('says with dates what a verdict waits for while the noise is learnt', async () => {
    const at = (days: number) => Date.UTC(2026, 9, 10 + days) / 1000;
    await visit(`#/models/churn?subject=feature:age&at=${at(4)}`);
    await page.locator('.calibration').waitFor();
    const text = async () => (await page.locator('.calibration').innerText()).replaceAll('\u00a0', ' ');
    expect(await text()).toBe(
      'Learning, rows count as independent: pages in windows of 24 h and longer, at twice the paging tolerance. ' +
        'Windows of 24 h are calibrated from 8 Nov 00:00 UTC.',
    );
    expect(await number('Tolerance')).toMatch(/pages from 20\s%/);
    expect(await number('Fit of the noise')).toBe('Fit of the noise\nnone, rows count as independent');
    await visit(`#/models/churn?subject=feature:age&window=604800&at=${at(8)}`);
    await expect.poll(text).toContain('Windows of 168 h are calibrated from 14 Nov 00:00 UTC.');
    expect(problems).toEqual([]);
  });

  it('keeps the other measures folded away, as numbers that never judge', async () => {
    await visit('#/models/churn?subject=feature:plan');
    const summary = page.getByText(/^\d+ measures of the same two distributions$/);
    await summary.waitFor();
    expect(await page.getByText('they never judge').count()).toBe(0);
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.getByText('they never judge').waitFor();
    const table = page.getByRole('table', { name: /Measures of window and baseline/ });
    const psi = table.getByRole('row', { name: /Population stability index/ });
    expect(await psi.innerText()).toMatch(/index\s+0\.3\d*\s+psi/);
    expect(await table.getByRole('row').count()).toBeGreaterThan(8);
    expect(problems).toEqual([]);
  });

  it("shows a user's own measures under their subject, uncalibrated, with how often chance fires", async () => {
    await visit('#/models/churn');
    const table = page.getByRole('table', { name: /thresholds of your own/ });
    await table.waitFor();
    expect(await table.getByRole('row', { name: /Population stability/ }).innerText()).toMatch(
      /Drift\s+0\.[78]\d*\s+above 0\.2\s+<0\.01\s%/,
    );
    expect(await table.getByRole('row', { name: /Welch/ }).innerText()).toMatch(/below 0\.01\s+1\s%/);
    await table.getByRole('link', { name: 'Population stability index' }).click();
    await expect.poll(() => page.url()).toContain('check=drift%3Apsi');
    await expect.poll(() => number('Threshold')).toMatch(/fires above 0\.2/);
    expect(await number('Calibration')).toMatch(/Uncalibrated/);
    expect(await number('Fires by chance')).toMatch(
      /<0\.01\s%\s+of windows of this size with nothing changed/,
    );
    expect(await page.getByRole('combobox', { name: 'Check' }).inputValue()).toBe('drift:psi');
    await visit('#/models/churn?subject=feature:age');
    await expect.poll(() => subjectHeading().innerText()).toBe('age');
    expect(await page.getByText('Your own measures').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('marks the subjects listed beside an alarm, and only in windows with one', async () => {
    await visit('#/models/churn');
    const listed = page.locator('.subjects li', { has: page.locator('.tag') });
    await listed.first().waitFor();
    expect(await listed.count()).toBe(1);
    expect(await listed.innerText()).toMatch(/listed\s*support_calls[\s\S]*Stable/);
    await listed.getByRole('link').click();
    await page.getByText('Listed beside the drift found in this window').waitFor();
    await visit(`#/models/churn?subject=feature:support_calls&at=${change - 5 * 86_400}`);
    await expect.poll(() => page.locator('.steps').innerText()).toContain('2\u00a0Nov');
    expect(await listed.count()).toBe(0);
    expect(await page.getByText('Listed beside the drift').count()).toBe(0);
  });

  it('says from when drift can page by window length, and what verdicts cannot say', async () => {
    await visit('#/models/churn');
    const table = page.getByRole('table', { name: /Calibration by window length/ });
    await table.waitFor();
    const rows = async () =>
      (await table.getByRole('row').allInnerTexts()).map(row => row.replaceAll('\u00a0', ' '));
    expect((await rows())[1]).toMatch(/1 h\s+Calibrated\s+yes\s+since 7 Nov 01:00/);
    const summary = page.getByText('What these verdicts can and cannot say');
    const details = page.locator('details.limits');
    expect(await details.getByText('A slow trend').isVisible()).toBe(false);
    await summary.click();
    for (const text of ['independent', 'A slow trend', 'public holiday', 'few large batches'])
      expect(await details.getByText(text).first().isVisible()).toBe(true);
    expect(await details.getByRole('link').count()).toBe(0);
    await visit('#/models/fraud');
    await heading('fraud');
    await table.waitFor();
    await expect
      .poll(async () => (await rows())[1])
      .toMatch(/1 h\s+Learning\s+from 27 Nov 18:00\s+from 18 Dec 18:00/);
    expect((await rows())[3]).toMatch(/24 h\s+Learning\s+with the first baseline\s+from 19 Dec 17:00/);
    expect(problems).toEqual([]);
  });

  it('shows the percentiles of a latency beside those of the baseline', async () => {
    await visit('#/models/churn?check=latency');
    const table = page.getByRole('table', { name: /Percentiles/ });
    await table.waitFor();
    expect(await table.getByRole('row').nth(2).innerText()).toMatch(/p95\s+130\sms\s+120\sms/);
    expect(await number('Tolerance')).toMatch(/25\s%\s+pages by its verdict/);
    expect(problems).toEqual([]);
  });

  it('goes to another page with the focus on its heading', async () => {
    await visit('');
    await page.getByRole('link', { name: 'fraud' }).click();
    await heading('fraud');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.getByText('Learning: 3,120 of 5,000 rows').waitFor();
    await page.getByRole('link', { name: 'Rejects' }).click();
    await heading('Rejects');
    await page.getByText('1,559 in all').waitFor();
    await page.goBack();
    await heading('fraud');
    expect(problems).toEqual([]);
  });

  it('follows the preferred colours, and keeps a choice', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await open({ colorScheme: 'dark' });
    await visit('');
    await heading('Models');
    expect(await background()).toBe('rgb(18, 21, 24)');
    await page.getByRole('button', { name: 'Switch to light colours' }).click();
    expect(await background()).toBe('rgb(246, 247, 248)');
    await page.reload();
    await heading('Models');
    expect(await background()).toBe('rgb(246, 247, 248)');
    expect(problems).toEqual([]);
  });

  it('says how to send a first payload while there is no model', async () => {
    server.become('empty');
    await visit('');
    await page.getByText('No model yet').waitFor();
    const line = await page.getByLabel('Command that sends a first payload').innerText();
    expect(line).toContain(`curl -sS ${server.url}v1/inferences`);
    const payload: unknown = JSON.parse(/-d '(.*)'/s.exec(line)![1]!);
    expect(payload).toMatchObject({ model: 'churn', features: { age: 41 } });
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText(/Copied|Selected/).waitFor();
    await page.getByRole('link', { name: 'Rejects' }).first().click();
    await page.getByText('No record has been refused.').waitFor();
  });

  it('says what is wrong, keeps what it had, and recovers by itself', async () => {
    await page.clock.install();
    server.become('failing');
    await visit('');
    await page.getByText('Could not load the models.').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain(
      'The store does not answer. Start ClickHouse.',
    );
    await page.getByText('Leeway is not ready. ClickHouse has not answered for 40 s.').waitFor();
    server.become('full');
    await page.clock.runFor(16_000);
    await page.getByRole('link', { name: 'churn' }).waitFor();
    server.become('failing');
    await page.clock.runFor(16_000);
    await page.getByText('Not up to date').waitFor();
    expect(await page.getByRole('link', { name: 'churn' }).isVisible()).toBe(true);
  });

  it('asks again every 15 s for news only, without rebuilding the chart', async () => {
    await page.clock.install();
    await visit('#/models/churn');
    await page.locator('svg.bars').waitFor();
    await page.evaluate(() => document.querySelector('.plot canvas')?.setAttribute('data-same', 'yes'));
    const again = page.waitForRequest(request => request.url().includes('check=drift'));
    await page.clock.runFor(16_000);
    const from = Number(new URL((await again).url()).searchParams.get('from'));
    expect(from).toBeGreaterThan(Date.UTC(2026, 10, 17));
    await page.clock.runFor(16_000);
    expect(await page.locator('.plot canvas').getAttribute('data-same')).toBe('yes');
    expect(await page.locator('.loading').count()).toBe(0);
  });

  it('answers a model or an address that is not there', async () => {
    await visit('#/models/nothing');
    await page.getByText('No model named nothing has sent anything.').waitFor();
    await visit('#/some/where');
    await heading('There is nothing at this address');
    expect(problems).toEqual([]);
  });

  describe.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('%s at %d px', (colorScheme, width) => {
    it.each([
      '#/',
      '#/models/churn',
      '#/models/churn?subject=feature:plan',
      '#/models/churn?window=3600',
      '#/models/churn?check=drift%3Apsi',
      '#/models/churn?subject=feature:support_calls',
      '#/models/fraud',
      '#/rejects',
    ])('%s has names, contrast and no sideways scroll', async hash => {
      await open({ colorScheme, viewport: { width, height: 800 } });
      await visit(hash);
      await page.locator('h1').waitFor();
      await expect.poll(() => page.locator('.loading').count()).toBe(0);
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await nameless()).toEqual([]);
      expect(await faintTexts()).toEqual([]);
      expect(await overflow()).toBeLessThanOrEqual(0);
      expect(problems).toEqual([]);
    });
  });
});
