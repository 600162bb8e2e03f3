import { describe, expect, it } from 'vitest';
import { combine } from '../../stats/combine.ts';
import { numericTest, numericWeights } from '../../stats/numeric-test.ts';
import type { FindingEntry } from './answers.ts';
import { calibrationText, componentsOf, fitText, placeText } from './verdict-words.ts';

const finding = (over: Partial<FindingEntry>): FindingEntry => ({
  model: 'm',
  environment: 'e',
  check: 'drift',
  subject: 'feature:age',
  version: '',
  segment: '',
  windowStart: Date.UTC(2026, 11, 10) / 1000,
  windowSeconds: 3600,
  generation: '1',
  verdict: 'stable',
  calibration: 'learning',
  noiseVersion: 0,
  p: 0.5,
  alpha: 1e-4,
  effect: 0.01,
  effectLow: 0,
  effectHigh: 0.02,
  tolerance: 0.02,
  n: 100,
  nReference: 1000,
  smallestDetectable: 0.1,
  baseline: 1,
  detail: {},
  sentence: '',
  ...over,
});
/** No-break spaces as ordinary ones. */
const plain = (text: string | null) => text?.replaceAll('\u00a0', ' ') ?? null;

describe('componentsOf', () => {
  it('gives each its part of alpha, and the verdict follows from them as from the whole', () => {
    const found = numericTest([0, 30, 20, 10, 0], [0, 200, 200, 200, 0]);
    for (const alpha of [found.p * 0.999, found.p * 1.001]) {
      const components = componentsOf({ detail: { ...found }, alpha });
      expect(components.map(c => c.name)).toEqual(Object.keys(found.components));
      expect(components.reduce((sum, c) => sum + c.level!, 0)).toBeCloseTo(alpha, 12);
      expect(components.some(c => c.p <= c.level!)).toBe(found.p <= alpha);
      expect(components.filter(c => c.decided).map(c => c.name)).toEqual([found.by]);
    }
  });

  it('leaves the parts of what is not there to the others, and says every name in words', () => {
    const all = Object.fromEntries(Object.keys(numericWeights).map(name => [name, 0.5]));
    const components = componentsOf({ detail: { ...combine(all, numericWeights) }, alpha: 0.1 });
    for (const { name, words } of components) expect(words).not.toBe(name);
    expect(componentsOf({ detail: { components: { cell: 0.2 }, by: 'cell' }, alpha: 0.1 })).toMatchObject([
      { words: 'A single category', p: 0.2, level: 0.1, decided: true },
    ]);
    expect(componentsOf({ detail: { components: { tomorrow: 0.2 } }, alpha: 0.1 })).toMatchObject([
      { words: 'tomorrow', level: null, decided: false },
    ]);
    expect(componentsOf({ detail: {}, alpha: 0.1 })).toEqual([]);
  });
});

describe('placeText', () => {
  it.each([
    [
      { interval: { low: 48_750, high: null }, direction: 1, referenceShare: 0.306 },
      "more rows at 48,750 and above (31 % of the baseline's rows)",
    ],
    [{ interval: { low: null, high: 3 }, direction: -1, referenceShare: null }, 'fewer rows below 3'],
    [{ interval: { low: 1.5, high: 2 }, direction: 1 }, 'more rows from 1.5 to 2'],
    [
      { interval: null, category: 'pro', direction: -1, referenceShare: 0.2 },
      "fewer rows in “pro” (20 % of the baseline's rows)",
    ],
    [
      { interval: null, category: '(unseen)', direction: 1, referenceShare: 0 },
      "more rows in values the baseline does not list (0 % of the baseline's rows)",
    ],
    [{ interval: null, category: '(missing)', direction: 1 }, 'more rows without a value'],
    [{ interval: { low: null, high: null }, direction: 1 }, null],
    [{ interval: { low: 1, high: 2 }, direction: 0 }, null],
    [{}, null],
  ])('%o: %s', (detail, expected) => {
    expect(plain(placeText(detail))).toBe(expected);
  });
});

describe('calibrationText', () => {
  const dates = { pagesFrom: Date.UTC(2026, 11, 12, 14), calibratedFrom: Date.UTC(2027, 0, 2, 14) };

  it('says with dates what a short window waits for while learning', () => {
    expect(plain(calibrationText(finding({ detail: dates })))).toBe(
      'Learning, rows count as independent: pages in windows of 24 h and longer, at twice the paging tolerance; ' +
        'windows of 1 h page from 12 Dec 14:00 UTC, calibrated from 2 Jan 14:00 UTC.',
    );
  });

  it('long windows page already', () => {
    const text = plain(
      calibrationText(finding({ windowSeconds: 86_400, detail: { ...dates, pagesFrom: 0 } })),
    );
    expect(text).toMatch(/at twice the paging tolerance\. Windows of 24 h are calibrated from 2 Jan/);
  });

  it('a date that has passed is not promised', () => {
    const past = { pagesFrom: Date.UTC(2026, 11, 1), calibratedFrom: Date.UTC(2026, 11, 5) };
    expect(calibrationText(finding({ detail: past }))).toMatch(/nothing could be fitted for this subject/);
    expect(plain(calibrationText(finding({ detail: { ...dates, pagesFrom: past.pagesFrom } })))).toMatch(
      /windows of 1 h page once the noise is fitted, calibrated from 2 Jan/,
    );
  });

  it('provisional and calibrated', () => {
    expect(plain(calibrationText(finding({ calibration: 'provisional', detail: dates })))).toMatch(
      /^Provisional: .*orders no retraining\. Calibrated from 2 Jan 14:00 UTC\.$/,
    );
    expect(calibrationText(finding({ calibration: 'calibrated' }))).toMatch(
      /^Calibrated: held against 28 days/,
    );
  });

  it('checks that do not wait for the noise say so, those without a p nothing', () => {
    expect(calibrationText(finding({ check: 'missing' }))).toMatch(/Pages in windows of every length/);
    expect(calibrationText(finding({ check: 'errors' }))).toMatch(/Pages by its verdict in windows of every/);
    expect(plain(calibrationText(finding({ check: 'latency', detail: dates })))).toMatch(/page from 12 Dec/);
    expect(calibrationText(finding({ check: 'volume', detail: { weeks: 3 } }))).toMatch(/3 earlier weeks/);
    expect(calibrationText(finding({ check: 'objective', p: null }))).toBeNull();
    expect(calibrationText(finding({ check: 'unheard-of' }))).toBeNull();
  });
});

describe('fitText', () => {
  it('is the day up to whose start the history reaches', () => {
    expect(plain(fitText({ noiseVersion: 20_793 }))).toBe('history before 6 Dec 2026');
    expect(fitText({ noiseVersion: 0 })).toBe('none, rows count as independent');
  });
});
