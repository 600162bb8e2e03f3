import { describe, expect, test } from 'vitest';
import { createMemoryPerformance } from '../../test/twins/performance.ts';
import { baselineOf, contextOf } from '../../test/twins/samples.ts';
import type { Finding } from '../domain/finding.ts';
import { performanceTolerance } from '../stats/performance/loss.ts';
import type { OutcomeSums } from '../stats/performance/outcomes.ts';
import { normalDraw, seededRandom } from '../stats/random.ts';
import { createAlphas } from './alphas.ts';
import { labelCoverageCheck } from './checks/label-coverage.ts';
import { performanceCheck } from './checks/performance.ts';
import { labelsSuffice, usualArrivals } from './label-arrivals.ts';
import { createPerformanceKeeper } from './performance.ts';

const base = 2976 * 604_800;
const hour = (i: number) => base + i * 3600;
const day = 24;
const stream = { model: 'm', environment: 'prod' };
/** Cut from the first two days. */
const baseline = { ...baselineOf([]), from: hour(0) * 1000, to: hour(2 * day) * 1000, rows: 4800 };

interface World {
  /** Rows an hour, labels that come within an hour, and what their sums are. */
  readonly rows?: number;
  readonly share?: (i: number) => number;
  readonly outcome: (labelled: number, i: number) => Partial<OutcomeSums>;
  readonly hours: number;
  /** Hours after which labels come. */
  readonly delayBin?: number;
}

async function worldOf({ rows = 100, share = () => 1, outcome, hours, delayBin = 0 }: World) {
  const store = createMemoryPerformance();
  for (let i = 0; i < hours; i++) {
    const labelled = Math.round(rows * share(i));
    const arrived = Array.from({ length: 13 }, (_, bin) => (bin === delayBin ? labelled : 0));
    await store.put({ ...stream, hour: hour(i), sums: { rows, labelled, ...outcome(labelled, i) }, arrived });
  }
  const keeper = createPerformanceKeeper(store);
  const coverage = {
    hours: Array.from({ length: hours }, (_, i) => ({
      hour: hour(i),
      generation: 1n,
      started: 1,
      rows,
      complete: true,
    })),
    days: [],
  };
  /** Findings of the window of `length` hours that ends with hour `end`, judged so many hours later. */
  return async (end: number, length: number, later = 0, of = baseline): Promise<readonly Finding[]> => {
    const window = { start: hour(end - length), end: hour(end) };
    const request = {
      stream,
      baseline: of,
      activeFrom: hour(2 * day) * 1000,
      coverage,
      now: hour(end + later) * 1000 + 700_000,
    };
    const read = await keeper.read(request, [window]);
    const context = contextOf(baseline, {});
    const alphaOf = createAlphas(baseline, 1, true);
    const full = {
      ...context,
      window: { ...context.window, ...window },
      rows: rows * length,
      performance: read(window),
      alphaOf: (subject: Parameters<typeof alphaOf>[0], check: Parameters<typeof alphaOf>[1]) =>
        alphaOf(subject, check, length * 3600),
    };
    return [...performanceCheck(full), ...labelCoverageCheck(full)];
  };
}

/** Classes, right in `share` of the rows, drawn. */
const drawnClasses = (share: (i: number) => number, seed = 1) => {
  const random = seededRandom(seed);
  return (labelled: number, i: number) => {
    let right = 0;
    for (let row = 0; row < labelled; row++) if (random() < share(i)) right += 1;
    return { classed: labelled, right };
  };
};
const of = (findings: readonly Finding[], check: string, subject = '') => {
  const found = findings.filter(f => f.check === check && (subject === '' || f.subject === subject));
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('accuracy', () => {
  test('a lasting loss is drift, an unchanged model stable, and the sentence says by how much', async () => {
    const judge = await worldOf({ hours: 45 * day, outcome: drawnClasses(i => (i < 40 * day ? 0.9 : 0.8)) });
    const before = of(await judge(39 * day, 24), 'performance');
    expect(before).toMatchObject({
      verdict: 'stable',
      subject: 'accuracy',
      calibration: 'calibrated',
      tolerance: 0.02,
    });
    expect(before.p).toBeGreaterThan(before.alpha);
    const after = of(await judge(42 * day, 24), 'performance');
    expect(after).toMatchObject({
      verdict: 'drift',
      n: 2400,
      nReference: 4800,
      detail: { referenceOf: 'baseline' },
    });
    expect(after.effect).toBeGreaterThan(0.07);
    expect(after.effectLow).toBeLessThan(after.effect);
    expect(after.sentence).toMatch(
      /^Accuracy 0\.8\d*, 0\.9\d* in the baseline: \d+(\.\d+)? points lower \(tolerance 2 points\)/,
    );
  });

  test('a gain is no alarm, however large', async () => {
    const judge = await worldOf({ hours: 40 * day, outcome: drawnClasses(i => (i < 38 * day ? 0.7 : 0.99)) });
    const found = of(await judge(40 * day, 24), 'performance');
    expect(found).toMatchObject({ verdict: 'stable', effect: 0 });
    expect(found.p).toBeGreaterThan(0.9);
  });

  test('few rows tell little and say so', async () => {
    const judge = await worldOf({ rows: 4, hours: 30 * day, outcome: drawnClasses(() => 0.85) });
    expect(of(await judge(30 * day, 6), 'performance')).toMatchObject({ verdict: 'insufficient', n: 24 });
    const week = of(await judge(30 * day, 168), 'performance');
    expect(week.smallestDetectable).toBeLessThan(0.3);
    expect(week.verdict).toBe(week.smallestDetectable > 0.1 ? 'insufficient' : 'stable');
  });

  test('days that differ by themselves are not taken for a loss', async () => {
    const random = seededRandom(4);
    const level = Array.from({ length: 60 }, () => 0.88 + 0.03 * normalDraw(random));
    const judge = await worldOf({
      rows: 200,
      hours: 60 * day,
      outcome: drawnClasses(i => level[Math.floor(i / day)]!),
    });
    const verdicts: string[] = [];
    for (let d = 32; d <= 60; d++) verdicts.push(of(await judge(d * day, 24), 'performance').verdict);
    expect(verdicts.filter(v => v === 'drift')).toEqual([]);
    const found = of(await judge(60 * day, 24), 'performance');
    expect(found.detail['spread']).toBeGreaterThan(5);
    expect(found.detail['blocks']).toBe(28);
  });

  test('with little past rows count as independent, and the calibration says so', async () => {
    const judge = await worldOf({ hours: 10 * day, outcome: drawnClasses(() => 0.9) });
    expect(of(await judge(10 * day, 24), 'performance')).toMatchObject({
      calibration: 'learning',
      detail: { blocks: 0 },
    });
    expect(of(await judge(10 * day, 6), 'performance')).toMatchObject({ calibration: 'provisional' });
  });
});

describe('other measures', () => {
  test('probabilities: the area under the ROC curve shares the level with accuracy', async () => {
    const random = seededRandom(8);
    const outcome = (labelled: number, i: number) => {
      const cells = {
        positives: Array.from({ length: 21 }, () => 0),
        negatives: Array.from({ length: 21 }, () => 0),
      };
      for (let row = 0; row < labelled; row++) {
        const truth = random() < 0.4;
        const shift = i < 35 * day ? 1.5 : 0.7;
        const key = Math.min(
          20,
          Math.max(0, Math.round(10 + 3 * (normalDraw(random) + (truth ? shift : 0) - shift / 2))),
        );
        (truth ? cells.positives : cells.negatives)[key]! += 1;
      }
      const keys = cells.positives.map((_, key) => key);
      return {
        classed: labelled,
        right: Math.round(0.75 * labelled),
        scored: labelled,
        soft: labelled,
        keys,
        ...cells,
      };
    };
    const judge = await worldOf({ rows: 40, hours: 40 * day, outcome });
    const before = await judge(35 * day, 24);
    expect(before.map(f => f.subject)).toEqual(['accuracy', 'roc_auc', '']);
    expect(of(before, 'performance', 'roc_auc')).toMatchObject({ verdict: 'stable' });
    const after = of(await judge(38 * day, 24), 'performance', 'roc_auc');
    expect(after).toMatchObject({ verdict: 'drift', detail: { method: 'delong' } });
    expect(after.effect).toBeGreaterThan(0.1);
    expect(after.alpha).toBeCloseTo(createAlphas(baseline, 1, true)(null, 'performance', 86_400) / 2, 12);
  });

  test('numbers: the mean absolute error, by how much it grew', async () => {
    const random = seededRandom(2);
    const outcome = (labelled: number, i: number) => {
      let [error, error2, absolute] = [0, 0, 0];
      for (let row = 0; row < labelled; row++) {
        const off = normalDraw(random) * (i < 35 * day ? 2 : 2.6);
        error += off;
        error2 += off * off;
        absolute += Math.abs(off);
      }
      return { pairs: labelled, error, error2, absolute };
    };
    const judge = await worldOf({ hours: 40 * day, outcome });
    expect(of(await judge(35 * day, 24), 'performance')).toMatchObject({
      verdict: 'stable',
      subject: 'mean_absolute_error',
    });
    const after = of(await judge(38 * day, 24), 'performance');
    expect(after).toMatchObject({ verdict: 'drift', tolerance: 0.1 });
    expect(Math.abs(after.effect - 0.3)).toBeLessThan(0.1);
    expect(after.sentence).toContain('% larger (tolerance 10 %)');
  });

  test('tolerance follows what there is to lose', () => {
    expect(performanceTolerance('accuracy', 0.8)).toBe(0.02);
    expect(performanceTolerance('accuracy', 0.98)).toBeCloseTo(0.01, 12);
    expect(performanceTolerance('roc_auc', 0.9999)).toBe(0.005);
    expect(performanceTolerance('mean_absolute_error', 4)).toBe(0.1);
  });
});

describe('labels that come late', () => {
  /** Labels come 48 hours after their row. */
  const late = { hours: 40 * day, delayBin: 6, outcome: drawnClasses(() => 0.9) };

  test('a window is judged when four fifths of what usually comes is there', async () => {
    const judge = await worldOf({ ...late, share: i => (i < 38 * day ? 0.6 : 0.1) });
    const early = await judge(40 * day, 24);
    expect(of(early, 'performance')).toMatchObject({ verdict: 'insufficient' });
    expect(of(early, 'performance').sentence).toContain('60 % do in the end: judged from 48 % on');
    expect(of(early, 'label_coverage')).toMatchObject({ verdict: 'insufficient' });
    const then = await judge(37 * day, 24, 72);
    expect(of(then, 'performance')).toMatchObject({ verdict: 'stable', n: 1440 });
    expect(of(then, 'label_coverage')).toMatchObject({ verdict: 'stable', effect: 0 });
  });

  test('labels that should have come long ago and did not are missed; what came is judged', async () => {
    const judge = await worldOf({ ...late, share: i => (i < 36 * day ? 0.6 : 0.2) });
    const found = await judge(38 * day, 24, 72);
    expect(of(found, 'label_coverage')).toMatchObject({ verdict: 'drift', tolerance: 0.5 });
    expect(of(found, 'label_coverage').effect).toBeCloseTo(2 / 3, 1);
    expect(of(found, 'label_coverage').sentence).toContain('58.6 % used to have one at this age');
    expect(of(found, 'performance')).toMatchObject({ verdict: 'stable', n: 480 });
    const none = await (await worldOf({ ...late, share: i => (i < 36 * day ? 0.6 : 0) }))(38 * day, 24, 72);
    expect(of(none, 'performance')).toMatchObject({ verdict: 'no-data', n: 0 });
    expect(of(none, 'label_coverage')).toMatchObject({ verdict: 'drift', effect: 1 });
  });

  test('a week is long enough to miss labels in, before the newest are due', async () => {
    const judge = await worldOf({ ...late, share: i => (i < 34 * day ? 0.6 : 0) });
    const week = of(await judge(40 * day, 168), 'label_coverage');
    expect(week).toMatchObject({ verdict: 'drift' });
    // 1 day of the 4 or so that are due has its labels.
    expect(week.effect).toBeGreaterThan(0.6);
  });
});

describe('without a past', () => {
  test('a model that never had a label has no performance, and no-data of labels', async () => {
    const judge = await worldOf({ hours: 5 * day, share: () => 0, outcome: () => ({}) });
    const found = await judge(5 * day, 24);
    expect(found).toMatchObject([{ check: 'label_coverage', verdict: 'no-data', n: 2400 }]);
  });

  test('a baseline without labels: the first two weeks that have some, and learning until then', async () => {
    const upload = { ...baseline, from: 0, to: 0 };
    const judge = await worldOf({
      hours: 40 * day,
      share: i => (i < 5 * day ? 0 : 0.5),
      outcome: drawnClasses(() => 0.9),
    });
    const learning = of(await judge(10 * day, 24, 0, upload), 'performance');
    expect(learning).toMatchObject({
      verdict: 'learning',
      n: 1200,
      detail: { value: expect.closeTo(0.9, 1) },
    });
    expect(of(await judge(40 * day, 24, 0, upload), 'performance')).toMatchObject({
      verdict: 'stable',
      detail: {
        referenceOf: 'first-weeks',
        referenceFrom: hour(5 * day) * 1000,
        referenceTo: hour(19 * day) * 1000,
      },
    });
  });

  test('without a reader nothing is said', async () => {
    const keeper = createPerformanceKeeper(undefined);
    const window = { start: hour(0), end: hour(1) };
    const request = { stream, baseline, activeFrom: 0, coverage: { hours: [], days: [] }, now: 0 };
    expect((await keeper.read(request, [window]))(window)).toBeNull();
    expect([
      ...performanceCheck(contextOf(baseline, {})),
      ...labelCoverageCheck(contextOf(baseline, {})),
    ]).toEqual([]);
  });

  test('what is usual is not known from a few hours, nor from hours too young to tell', () => {
    const hours = Array.from({ length: 30 }, (_, i) => ({
      hour: hour(i),
      rows: 10,
      labelled: 5,
      arrived: [0, 0, 5, ...Array<number>(10).fill(0)],
    }));
    expect(usualArrivals(hours.slice(0, 20), hour(60) * 1000).final).toBeNull();
    expect(usualArrivals(hours, hour(29) * 1000).final).toBe(0.5);
    expect(usualArrivals(hours, hour(26) * 1000).final).toBeNull();
    const usual = usualArrivals(hours, hour(60) * 1000);
    expect([1, 3.9, 4, 100].map(usual.by)).toEqual([0, 0, 0.5, 0.5]);
    expect(usualArrivals([], 0).final).toBeNull();
    expect(labelsSuffice({ rows: 10, labelled: 10, expected: null, usual: null })).toBe(false);
  });
});

test('rows of the model that was replaced are no reference', async () => {
  const store = createMemoryPerformance();
  const put = (i: number, version: string) =>
    store.put({
      ...stream,
      hour: hour(i),
      version,
      sums: { rows: 100, labelled: 100, classed: 100, right: 90 },
    });
  for (let i = 0; i < 5 * day; i++) await put(i, i < 2 * day ? '1' : '2');
  const window = { start: hour(4 * day), end: hour(5 * day) };
  const request = {
    stream,
    activeFrom: hour(2 * day) * 1000,
    coverage: { hours: [], days: [] },
    now: hour(5 * day) * 1000,
  };
  const replaced = await createPerformanceKeeper(store).read({ ...request, baseline }, [window]);
  expect(replaced(window)).toMatchObject({ reference: null });
  await put(3 * day, '1');
  const own = { ...baseline, from: hour(2 * day) * 1000, to: hour(4 * day) * 1000 };
  const kept = await createPerformanceKeeper(store).read({ ...request, baseline: own }, [window]);
  expect(kept(window)).toMatchObject({ reference: { of: 'baseline', from: hour(2 * day) } });
});

test('false alarms of unchanged models stay inside the budget', async () => {
  // Windows of a day, 60 models, budget raised so that chance has a chance: 180 windows x alpha of .05 is 9 expected.
  let [alarms, windows] = [0, 0];
  for (let model = 0; model < 12; model++) {
    const judge = await worldOf({ rows: 30, hours: 45 * day, outcome: drawnClasses(() => 0.8, 100 + model) });
    for (let d = 31; d <= 45; d++) {
      const found = of(await judge(d * day, 24), 'performance');
      windows += 1;
      if (found.p <= 0.05) alarms += 1;
    }
  }
  expect(windows).toBe(180);
  expect(alarms).toBeLessThan(22);
  expect(alarms).toBeGreaterThan(0);
});
