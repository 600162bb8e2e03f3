import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  categoricalBinning,
  contextOf,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../../test/twins/samples.ts';
import type { Finding } from '../../domain/finding.ts';
import { createAlphas } from '../alphas.ts';
import { driftCheck } from './drift.ts';
import { errorsCheck } from './errors.ts';
import { checks } from './index.ts';
import { latencyCheck } from './latency.ts';
import { mismatchCheck } from './mismatch.ts';
import { missingCheck } from './missing.ts';
import { schemaCheck } from './schema.ts';
import { sizeCheck } from './size.ts';
import { unseenCheck } from './unseen.ts';
import { volumeCheck } from './volume.ts';

const even = (each: number, part = {}) =>
  profileFrom([0, ...Array.from({ length: 10 }, () => each), 0], part);
const age = subjectOf(numericBinning('feature:age'), even(1000));
const plan = subjectOf(categoricalBinning('feature:plan', 'free', 'pro'), profileFrom([6000, 4000]));
const latency = subjectOf(numericBinning('latency'), even(1000, { sum: 50_000 }));
const status = subjectOf(
  categoricalBinning('status', 'ok', 'client-error', 'server-error', 'no-answer'),
  profileFrom([9900, 60, 40, 0]),
);
const size = subjectOf(numericBinning('request_bytes'), even(1000));
const label = subjectOf(categoricalBinning('label', 'yes', 'no'), profileFrom([5000, 5000]));
const setAside = subjectOf(categoricalBinning('feature:id', 'a'), profileFrom([1, 9999]), 'id-like');
const baseline = baselineOf([age, plan, latency, status, size, label, setAside]);

const one = (findings: readonly Finding[]): Finding => {
  expect(findings).toHaveLength(1);
  return findings[0]!;
};

describe('drift', () => {
  test('features, prediction and scores, but no latency, label, size or subject set aside', () => {
    const others = ['prediction', 'score:yes'].map(name => subjectOf(numericBinning(name), even(1000)));
    const findings = driftCheck(contextOf(baselineOf([...baseline.subjects, ...others]), {}));
    expect(findings.map(f => f.subject)).toEqual(['feature:age', 'feature:plan', 'prediction', 'score:yes']);
    expect(findings.every(f => f.check === 'drift' && f.verdict === 'insufficient')).toBe(true);
  });

  test('says in one sentence what moved, by how much, and what was allowed', () => {
    const current = profileFrom([0, 0, 0, 0, ...Array.from({ length: 7 }, () => 1000), 1000]);
    const finding = one(driftCheck(contextOf(baselineOf([age]), { 'feature:age': current })));
    expect(finding).toMatchObject({
      verdict: 'drift',
      calibration: 'learning',
      tolerance: 0.02,
      alpha: 1e-5,
      generation: 7n,
      baseline: 1,
      detail: {
        method: 'numeric',
        by: 'z1',
        interval: { low: null, high: 3 },
        outOfRange: 0.125,
        outOfRangeReference: 0,
        activeFrom: 0,
        pagesFrom: 1,
      },
    });
    expect(finding.effect).toBeCloseTo(0.3, 12);
    expect(finding.sentence).toBe(
      'age: 30 % of rows moved away from below 3; p 1e-300 against 1e-5 allowed (location); ' +
        '8,000 rows against 10,000 in the baseline.',
    );
  });

  test('a window without values and one with few rows say so', () => {
    const nothing = one(driftCheck(contextOf(baselineOf([age]), {})));
    expect(nothing.sentence).toBe('age: no usable value in the window, nothing to compare.');
    const few = one(driftCheck(contextOf(baselineOf([age]), { 'feature:age': even(6) })));
    expect(few.verdict).toBe('insufficient');
    expect(few.sentence).toMatch(
      /Too little to judge: a shift of less than 24\.\d+ % of the rows would be missed half of the time\.$/,
    );
    // Where p and effect both say so, few rows are enough.
    const piled = profileFrom([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]);
    expect(one(driftCheck(contextOf(baselineOf([age]), { 'feature:age': piled }))).verdict).toBe('drift');
  });
});

describe('shares', () => {
  const found = (check: typeof missingCheck, profile: ReturnType<typeof profileFrom>) =>
    one(check(contextOf(baselineOf([age]), { 'feature:age': profile })));

  test('missing values, more or fewer', () => {
    const more = found(missingCheck, even(98, { nMissing: 20 }));
    expect(more).toMatchObject({ verdict: 'drift', check: 'missing', n: 1000, nReference: 10_000 });
    expect(more.effect).toBeCloseTo(0.02, 12);
    expect(more.effectLow).toBeLessThan(0.02);
    expect(more.effectHigh).toBeGreaterThan(0.02);
    expect(more.sentence).toContain('age: 2 % missing, 0 % in the baseline; p');
    const often = baselineOf([subjectOf(numericBinning('feature:age'), even(500, { nMissing: 5000 }))]);
    const fewer = one(missingCheck(contextOf(often, { 'feature:age': even(90, { nMissing: 100 }) })));
    expect(fewer.verdict).toBe('drift');
    expect(fewer.effect).toBeCloseTo(0.4, 12);
    expect(fewer.effectLow).toBeGreaterThan(0.3);
    expect(fewer.effectHigh).toBeLessThan(0.5);
  });

  test('a handful among many is below the tolerance', () => {
    const finding = found(missingCheck, even(1000, { nMissing: 45 }));
    expect(finding.p).toBeLessThan(1e-5);
    expect(finding.verdict).toBe('stable');
  });

  test('few rows are called drift where p says so, else insufficient, never stable', () => {
    expect(found(missingCheck, even(4, { nMissing: 9 })).verdict).toBe('drift');
    expect(found(missingCheck, even(4, { nMissing: 1 })).verdict).toBe('insufficient');
    expect(found(missingCheck, even(4)).verdict).toBe('insufficient');
  });

  test('values of another type and not a number count together, and only upwards', () => {
    const worse = found(mismatchCheck, even(98, { nMismatch: 15, nNan: 5 }));
    expect(worse).toMatchObject({ verdict: 'drift', n: 1000 });
    expect(worse.effect).toBeCloseTo(0.02, 12);
    const dirty = baselineOf([subjectOf(numericBinning('feature:age'), even(500, { nNan: 5000 }))]);
    const better = one(mismatchCheck(contextOf(dirty, { 'feature:age': even(100) })));
    expect(better).toMatchObject({ verdict: 'stable', effect: 0 });
  });

  test('categories the baseline does not list', () => {
    const context = (profile: ReturnType<typeof profileFrom>) =>
      contextOf(baselineOf([age, plan]), { 'feature:plan': profile });
    expect(one(unseenCheck(context(profileFrom([600, 380, 20]))))).toMatchObject({
      verdict: 'drift',
      subject: 'feature:plan',
    });
    expect(one(unseenCheck(context(profileFrom([600, 400]))))).toMatchObject({
      verdict: 'stable',
      effect: 0,
      p: 1,
    });
  });
});

describe('schema', () => {
  const context = (
    rows: number,
    current: Record<string, ReturnType<typeof profileFrom>>,
    fields: [string, number][] = [],
  ) => contextOf(baselineOf([age, plan]), current, { rows, unknownFields: new Map(fields) });
  const present = { 'feature:age': even(100), 'feature:plan': profileFrom([500, 500]) };

  test('the same fields', () => {
    const finding = one(schemaCheck(context(1000, present)));
    expect(finding).toMatchObject({ verdict: 'stable', subject: '', effect: 0, n: 1000 });
    expect(finding.p).toBeNaN();
  });

  test('a new field in 1 % of the rows, not one in fewer', () => {
    const finding = one(
      schemaCheck(
        context(1000, present, [
          ['tariff', 10],
          ['zip', 300],
          ['rare', 9],
        ]),
      ),
    );
    expect(finding).toMatchObject({ verdict: 'drift', effect: 0.3, tolerance: 0.01 });
    expect(finding.sentence).toBe(
      'Fields changed, new: zip (30 % of rows), tariff (1 % of rows); 1,000 rows.',
    );
    expect(one(schemaCheck(context(1000, present, [['rare', 9]]))).verdict).toBe('stable');
  });

  test('a stray row or two are no new field, however small the window', () => {
    expect(one(schemaCheck(context(100, present, [['typo', 9]]))).verdict).toBe('stable');
    expect(one(schemaCheck(context(100, present, [['fresh', 10]]))).verdict).toBe('drift');
  });

  test('a field gone from every row, by what the store counted or left out', () => {
    const missing = profileFrom([], { nMissing: 1000 });
    const finding = one(schemaCheck(context(1000, { ...present, 'feature:age': missing })));
    expect(finding).toMatchObject({ verdict: 'drift', effect: 1 });
    expect(finding.sentence).toContain('gone from all rows: age');
    const nearly = profileFrom([0, 1], { nMissing: 999 });
    expect(one(schemaCheck(context(1000, { ...present, 'feature:age': nearly }))).verdict).toBe('stable');
  });

  test('a field that is rare in the baseline may be absent by chance', () => {
    const rare = baselineOf([subjectOf(numericBinning('feature:age'), even(10, { nMissing: 9900 }))]);
    const absent = (rows: number) =>
      contextOf(rare, { 'feature:age': profileFrom([], { nMissing: rows }) }, { rows });
    expect(one(schemaCheck(absent(200))).verdict).toBe('stable');
    expect(one(schemaCheck(absent(2000))).verdict).toBe('drift');
  });

  test('under 50 rows nothing is said', () => {
    expect(one(schemaCheck(context(49, {}, [['new', 49]])))).toMatchObject({ verdict: 'insufficient' });
  });

  test('long lists are cut', () => {
    const many = Array.from({ length: 80 }, (_, i): [string, number] => [`f${i}`.padEnd(90, 'x'), 500]);
    const finding = one(schemaCheck(context(1000, present, many)));
    expect(finding.sentence).toContain('and 75 more');
    expect(finding.sentence.length).toBeLessThan(600);
    expect((finding.detail['appeared'] as unknown[]).length).toBe(50);
  });
});

describe('latency', () => {
  const at = (counts: readonly number[], sum: number) =>
    one(latencyCheck(contextOf(baselineOf([latency]), { latency: profileFrom(counts, { sum }) })));

  test('the same latency is stable', () => {
    const finding = at([0, ...Array.from({ length: 10 }, () => 100), 0], 5000);
    expect(finding).toMatchObject({
      verdict: 'stable',
      detail: { p50: 5, p95: 9.5, p95Reference: 9.5 },
    });
    // One-sided: the same ranks are in the middle.
    expect(finding.p).toBeCloseTo(0.5, 9);
    expect(finding.effect).toBeCloseTo(0, 12);
    expect(finding.effectLow).toBeLessThan(0);
    expect(finding.effectHigh).toBeGreaterThan(0);
  });

  test('slower by more than a quarter at the 95th percentile is drift, beyond the range too', () => {
    const finding = at([...Array.from({ length: 11 }, () => 0), 1000], 20_000);
    expect(finding).toMatchObject({ verdict: 'drift', detail: { p50: 20, p95: 20 } });
    expect(finding.effect).toBeCloseTo(20 / 9.5 - 1, 12);
    expect(finding.sentence).toMatch(
      /^latency: p95 20 s against 9.5 s in the baseline \(\+111 %, tolerance \+25 %\), p50 20 s/,
    );
  });

  test('beyond the range the mean of what lies there stands for it', () => {
    // 900 rows of about 5 inside, 100 of 30 above: p95 and p99 lie above, the median does not.
    const finding = at([0, 0, 0, 0, 0, 900, 0, 0, 0, 0, 0, 100], 900 * 4.5 + 100 * 30);
    expect(finding.detail).toMatchObject({ p95: 30, p99: 30 });
    expect(finding.detail['p50']).toBeCloseTo(4 + 5 / 9, 12);
  });

  test('slower everywhere but under a quarter at the 95th percentile is not', () => {
    const finding = at([0, 0, 0, 0, 0, 0, 0, 0, 250, 250, 500, 0], 8500);
    expect(finding.p).toBeLessThan(1e-5);
    expect(finding).toMatchObject({ verdict: 'stable' });
  });

  test('faster is never drift', () => {
    const finding = at([0, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 500);
    expect(finding).toMatchObject({ verdict: 'stable', p: 1 });
    expect(finding.effect).toBeLessThan(0);
  });

  test('no latency in the window', () => {
    const finding = one(latencyCheck(contextOf(baselineOf([latency]), {})));
    expect(finding).toMatchObject({ verdict: 'insufficient', effect: 0, detail: { p95: null } });
    expect(finding.effectLow).toBeNaN();
  });

  test('a baseline of no time at all', () => {
    const instant = subjectOf(
      { ...numericBinning('latency'), edges: [0] },
      profileFrom([0, 0, 0].slice(0, 2), { sum: 0 }),
    );
    const zero = { ...instant, reference: { ...instant.reference, n: 1000, bins: [0], counts: [1000] } };
    const now = profileFrom([0, 500], { sum: 900 });
    expect(one(latencyCheck(contextOf(baselineOf([zero]), { latency: now }))).effect).toBe(1);
    expect(one(latencyCheck(contextOf(baselineOf([zero]), { latency: profileFrom([500, 0]) }))).effect).toBe(
      0,
    );
  });
});

describe('errors', () => {
  const at = (...counts: number[]) =>
    one(errorsCheck(contextOf(baselineOf([status]), { status: profileFrom(counts) })));

  test('everything that is not ok counts, by status in the detail', () => {
    const finding = at(900, 10, 50, 40);
    expect(finding).toMatchObject({ verdict: 'drift', tolerance: 0.005 });
    expect(finding.effect).toBeCloseTo(0.09, 12);
    expect(finding.detail['byStatus']).toEqual({
      ok: 0.9,
      'client-error': 0.01,
      'server-error': 0.05,
      'no-answer': 0.04,
    });
  });

  test('the rise must be half of what was there before', () => {
    const shaky = subjectOf(status.binning, profileFrom([8000, 2000, 0, 0]));
    const of = (errors: number) =>
      one(errorsCheck(contextOf(baselineOf([shaky]), { status: profileFrom([10_000 - errors, errors]) })));
    expect(of(2900)).toMatchObject({ verdict: 'stable', tolerance: 0.1 });
    expect(of(2900).p).toBeLessThan(1e-5);
    expect(of(3100).verdict).toBe('drift');
  });

  test('fewer errors are never drift', () => {
    expect(at(10_000)).toMatchObject({ verdict: 'stable', effect: 0 });
  });

  test('nothing was ok', () => {
    expect(at(0, 500).effect).toBeCloseTo(0.99, 12);
  });
});

describe('sizes', () => {
  test('are shown, not judged', () => {
    const finding = one(
      sizeCheck(contextOf(baseline, { request_bytes: profileFrom([0, 0, 0, 1000], { sum: 2500 }) })),
    );
    expect(finding).toMatchObject({
      verdict: 'stable',
      n: 1000,
      detail: { judged: false, p50: 2.5, p50Reference: 5 },
    });
    expect([finding.p, finding.effect, finding.alpha, finding.tolerance]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(one(sizeCheck(contextOf(baseline, {}))).verdict).toBe('no-data');
  });
});

describe('every check', () => {
  const current = {
    'feature:age': even(100, { nMissing: 10, nNan: 2 }),
    'feature:plan': profileFrom([500, 400, 100]),
    latency: profileFrom([...Array.from({ length: 11 }, () => 0), 1000], { sum: 20_000 }),
    status: profileFrom([500, 500]),
    request_bytes: even(100),
  };

  test('is pure, names itself and its window, and gives numbers that are finite or unknown by design', () => {
    const findings = checks.flatMap(check => check(contextOf(baseline, current)));
    expect(checks.flatMap(check => check(contextOf(baseline, current)))).toEqual(findings);
    expect(new Set(findings.map(f => f.check))).toEqual(
      new Set(['drift', 'missing', 'mismatch', 'unseen', 'schema', 'latency', 'errors', 'size', 'reused']),
    );
    for (const f of findings) {
      expect(f).toMatchObject({
        model: 'churn',
        environment: 'prod',
        windowSeconds: 21_600,
        version: '',
        segment: '',
      });
      expect(f.sentence).toMatch(/^\S.*\.$/);
      expect(f.sentence).not.toMatch(/NaN|undefined|Infinity/);
      const judged = !['size', 'schema', 'reused'].includes(f.check);
      for (const value of [f.p, f.alpha, f.effectLow, f.effectHigh])
        expect(Number.isFinite(value), f.check).toBe(judged);
      if (f.check !== 'size') expect(Number.isFinite(f.effect)).toBe(true);
    }
  });

  test('computes but does not judge while learning', () => {
    const learning = 'starts before the first row' as const;
    const findings = checks.flatMap(check => check(contextOf(baseline, current, { learning })));
    expect(findings.every(f => f.verdict === 'learning' && f.calibration === 'learning')).toBe(true);
    expect(findings.find(f => f.check === 'errors')!.effect).toBeCloseTo(0.49, 12);
    expect(findings[0]!.sentence).toContain('Learning: the window starts before the first row.');
  });
});

/** Ten rows in every hour of the six weeks before the window of `contextOf`. */
const evenHours = {
  days: [],
  hours: Array.from({ length: 42 * 24 }, (_, i) => ({
    hour: 1_789_999_200 - (42 * 24 - i) * 3600,
    generation: 1n,
    started: 1,
    rows: 10,
    complete: true,
  })),
};

test('the levels of all tests of a month add up to the budget', () => {
  const alphaOf = createAlphas(baseline, 3);
  const lengths: [number, number][] = [
    [3600, 720],
    [21_600, 720],
    [86_400, 180],
    [604_800, 25.7],
  ];
  let alarms = 0;
  for (const [seconds, evaluations] of lengths) {
    const context = contextOf(
      baseline,
      {},
      { alphaOf: (subject, check) => alphaOf(subject, check, seconds) },
    );
    // The volume of the stream is one more test, once it is judged.
    const volume = volumeCheck({ ...context, rows: 100, coverage: evenHours });
    expect(volume.detail['judged']).toBe(true);
    for (const finding of [volume, ...checks.flatMap(check => check(context))])
      if (Number.isFinite(finding.alpha)) alarms += evaluations * finding.alpha;
  }
  expect(alarms).toBeCloseTo(3, 9);
});
