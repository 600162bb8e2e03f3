import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../../test/vectors/load.ts';
import { rocAuc } from '../metrics/roc-auc.ts';
import { normalDraw, seededRandom } from '../random.ts';
import { accuracyEstimate, accuracyGap, pairedAccuracy, signTest } from './accuracy.ts';
import { studentIsf } from './estimate.ts';
import { outcomeSpread, performanceLoss } from './loss.ts';
import { type ErrorSums, meanEstimate, meanGap, pairedMean, welchDegrees } from './mean-error.ts';
import { addOutcomes, measuresIn, noOutcomes, type OutcomeSums } from './outcomes.ts';
import { aucEstimate, countScores, pairedAuc } from './roc-auc.ts';

type Numbers = Readonly<Record<string, number>>;
const all = loadVectors<Record<string, never>, Numbers>('performance');
const vectors = <I>(name: string) =>
  all.filter(c => c.function === name) as unknown as { id: string; inputs: I; expected: Numbers }[];
const sumsOf = (values: readonly number[]): ErrorSums => ({
  n: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  sum2: values.reduce((sum, value) => sum + value * value, 0),
});

describe('reference values', () => {
  test.each(vectors<{ right: number; n: number; level: number }>('accuracy'))(
    '$id',
    ({ inputs, expected }) => {
      const found = accuracyEstimate(inputs.right, inputs.n, inputs.level)!;
      for (const name of ['value', 'low', 'high'] as const)
        expect(Math.abs(found[name] - expected[name]!)).toBeLessThan(1e-12);
    },
  );

  test.each(vectors<{ a: number; b: number }>('sign'))('$id', ({ inputs: { a, b }, expected }) => {
    expect(errorOf(signTest(a, b), expected['p']!)).toBeLessThan(1e-8);
  });

  test.each(vectors<{ actual: number[]; now: number[]; then: number[]; level: number }>('roc_auc'))(
    '$id',
    ({ inputs: { actual, now, then: before, level }, expected }) => {
      const [one, two] = [now, before].map(scores => aucEstimate(countScores(actual, scores), level)!);
      expect(errorOf(one!.value, expected['value']!)).toBeLessThan(1e-12);
      expect(errorOf(two!.value, expected['value_then']!)).toBeLessThan(1e-12);
      expect(Math.abs(one!.variance - expected['variance']!)).toBeLessThan(1e-14);
      expect(Math.abs(two!.variance - expected['variance_then']!)).toBeLessThan(1e-14);
      const gap = pairedAuc(actual, { now, before }, level)!;
      expect(Math.abs(gap.value - expected['gap']!)).toBeLessThan(1e-12);
      expect(Math.abs(gap.low - expected['gap_low']!)).toBeLessThan(1e-12);
      expect(Math.abs(gap.high - expected['gap_high']!)).toBeLessThan(1e-12);
    },
  );

  test.each(vectors<{ now: number[]; then: number[] }>('errors'))('$id', ({ inputs, expected }) => {
    const [now, before] = [sumsOf(inputs.now), sumsOf(inputs.then)];
    const mean = meanEstimate(now, 0.95)!;
    for (const name of ['value', 'low', 'high'] as const)
      expect(errorOf(mean[name], expected[name]!)).toBeLessThan(1e-10);
    const gap = meanGap(now, before, 0.9)!;
    expect(errorOf(gap.p, expected['welch_p']!)).toBeLessThan(1e-8);
    expect(errorOf(gap.low, expected['welch_low']!)).toBeLessThan(1e-9);
    expect(errorOf(gap.high, expected['welch_high']!)).toBeLessThan(1e-9);
    const degrees = welchDegrees(mean, meanEstimate(before, 0.95)!);
    expect(errorOf(degrees, expected['welch_degrees']!)).toBeLessThan(1e-9);
    const length = Math.min(inputs.now.length, inputs.then.length);
    const differences = Array.from({ length }, (_, i) => inputs.now[i]! - inputs.then[i]!);
    const paired = pairedMean(sumsOf(differences), 0.9)!;
    expect(errorOf(paired.p, expected['paired_p']!)).toBeLessThan(1e-8);
    expect(errorOf(paired.low, expected['paired_low']!)).toBeLessThan(1e-9);
    expect(errorOf(paired.high, expected['paired_high']!)).toBeLessThan(1e-9);
  });

  test('quantiles of the t law', () => {
    const [{ inputs, expected }] = all.filter(c => c.function === 'student_isf') as unknown as [
      { inputs: { points: [number, number][] }; expected: { values: number[] } },
    ];
    inputs.points.forEach(([p, degrees], i) => {
      expect(errorOf(studentIsf(p, degrees), expected.values[i]!), `${p} ${degrees}`).toBeLessThan(1e-9);
    });
    expect(studentIsf(0, 5)).toBe(Infinity);
    expect(studentIsf(0.025, Infinity)).toBeCloseTo(1.959963984540054, 8);
  });
});

const rows = fc.array(
  fc.record({ actual: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: -4, max: 4 }) }),
  { minLength: 6, maxLength: 60 },
);

describe('laws', () => {
  test('the area is that of the pairs, is turned by turning the score, and lies in its interval', () => {
    fc.assert(
      fc.property(rows, drawn => {
        const actual = drawn.map(row => row.actual);
        const score = drawn.map(row => row.score);
        const found = aucEstimate(countScores(actual, score), 0.95);
        const positives = actual.filter(a => a === 1).length;
        if (Math.min(positives, actual.length - positives) < 2) return found === null;
        const turned = aucEstimate(
          countScores(
            actual,
            score.map(s => -s),
          ),
          0.95,
        )!;
        expect(found!.value).toBeCloseTo(rocAuc(actual, score)!, 12);
        expect(turned.value).toBeCloseTo(1 - found!.value, 12);
        expect(turned.variance).toBeCloseTo(found!.variance, 12);
        expect(found!.low).toBeGreaterThanOrEqual(0);
        expect(found!.high).toBeLessThanOrEqual(1);
        return found!.low <= found!.value + 1e-12 && found!.value <= found!.high + 1e-12;
      }),
    );
  });

  test('a model against itself differs by nothing', () => {
    const random = seededRandom(3);
    const actual = Array.from({ length: 80 }, () => Number(random() < 0.4));
    const score = actual.map(a => normalDraw(random) + a);
    expect(pairedAuc(actual, { now: score, before: score }, 0.9)).toEqual({
      value: 0,
      low: 0,
      high: 0,
      p: 1,
    });
    expect(pairedAccuracy({ gained: 0, lost: 0, n: 500 }, 0.9)).toMatchObject({ value: 0, p: 1 });
    expect(pairedMean({ n: 9, sum: 0, sum2: 0 }, 0.9)).toEqual({ value: 0, low: 0, high: 0, p: 1 });
  });

  test('changing sides turns a difference round', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), (gained, lost) => {
        const [one, two] = [
          pairedAccuracy({ gained, lost, n: 200 }, 0.9)!,
          pairedAccuracy({ gained: lost, lost: gained, n: 200 }, 0.9)!,
        ];
        expect(one.value).toBeCloseTo(-two.value, 12);
        expect(one.low).toBeCloseTo(-two.high, 12);
        expect(one.p).toBe(two.p);
        const gap = accuracyGap({ right: gained, n: 60 }, { right: lost, n: 70 }, 0.9)!;
        const back = accuracyGap({ right: lost, n: 70 }, { right: gained, n: 60 }, 0.9)!;
        expect(gap.low).toBeCloseTo(-back.high, 12);
        expect(gap.p).toBeCloseTo(back.p, 12);
      }),
    );
  });

  test('intervals at 90 % hold in about nine of ten draws', () => {
    const random = seededRandom(11);
    const held = { auc: 0, paired: 0, mean: 0 };
    const truth = 0.7602499; // P(N(1, 1) > N(0, 1))
    for (let draw = 0; draw < 400; draw++) {
      const actual = Array.from({ length: 120 }, (_, i) => i % 2);
      const auc = aucEstimate(
        countScores(
          actual,
          actual.map(a => normalDraw(random) + a),
        ),
        0.9,
      )!;
      if (auc.low <= truth && truth <= auc.high) held.auc += 1;
      let [gained, lost] = [0, 0];
      for (let i = 0; i < 300; i++) {
        const at = random();
        if (at < 0.08) gained += 1;
        else if (at < 0.12) lost += 1;
      }
      const paired = pairedAccuracy({ gained, lost, n: 300 }, 0.9)!;
      if (paired.low <= 0.04 && 0.04 <= paired.high) held.paired += 1;
      const mean = meanEstimate(sumsOf(Array.from({ length: 40 }, () => normalDraw(random) + 5)), 0.9)!;
      if (mean.low <= 5 && 5 <= mean.high) held.mean += 1;
    }
    for (const count of Object.values(held)) {
      expect(count / 400).toBeGreaterThan(0.85);
      expect(count / 400).toBeLessThan(0.95);
    }
  });
});

const outcome = (of: Partial<OutcomeSums>): OutcomeSums => ({ ...noOutcomes, ...of });
const classed = (n: number, right: number) => outcome({ rows: n, labelled: n, classed: n, right });
const errors = (values: readonly number[]) =>
  outcome({
    labelled: values.length,
    pairs: values.length,
    error: sumsOf(values).sum,
    error2: sumsOf(values).sum2,
    absolute: values.reduce((sum, value) => sum + Math.abs(value), 0),
  });

describe('sums of outcomes', () => {
  const cells = fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 12 })
    .map(keys => keys.sort((a, b) => a - b))
    .chain(keys =>
      fc.record({
        labelled: fc.nat(1000),
        keys: fc.constant(keys),
        positives: fc.array(fc.nat(9), { minLength: keys.length, maxLength: keys.length }),
        negatives: fc.array(fc.nat(9), { minLength: keys.length, maxLength: keys.length }),
      }),
    )
    .map(outcome);

  test('add up in any order', () => {
    fc.assert(
      fc.property(cells, cells, cells, (a, b, c) => {
        expect(addOutcomes(a, b)).toEqual(addOutcomes(b, a));
        expect(addOutcomes(addOutcomes(a, b), c)).toEqual(addOutcomes(a, addOutcomes(b, c)));
        expect(addOutcomes(a, noOutcomes)).toEqual(a);
      }),
    );
  });

  test.each([
    ['class alone', { classed: 100 }, ['accuracy']],
    ['class and probabilities', { classed: 100, scored: 100, soft: 90 }, ['accuracy', 'roc_auc']],
    ['a probability', { pairs: 100, scored: 100, soft: 100 }, ['roc_auc']],
    ['numbers 0 and 1', { classed: 100, pairs: 100, scored: 100, soft: 0 }, ['accuracy']],
    ['numbers', { pairs: 100, scored: 3, soft: 3 }, ['mean_absolute_error']],
    ['nothing to compare', {}, []],
    ['half of the rows', { classed: 50 }, []],
  ])('measures that fit: %s', (_, of, expected) => {
    expect(measuresIn(outcome({ labelled: 100, ...of }))).toEqual(expected);
    expect(measuresIn(outcome({ ...of, labelled: 9 }))).toEqual([]);
  });
});

describe('loss', () => {
  test('is positive when worse, for every measure', () => {
    const accuracy = performanceLoss(
      'accuracy',
      { now: classed(1000, 800), before: classed(5000, 4500), spread: null },
      0.9,
    )!;
    expect(accuracy.value).toBeCloseTo(0.1, 12);
    expect(accuracy.low).toBeGreaterThan(0.07);
    expect(accuracy.p).toBeLessThan(1e-12);
    const mae = performanceLoss(
      'mean_absolute_error',
      {
        now: errors(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 3 : -1))),
        before: errors(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1.5 : -0.5))),
        spread: null,
      },
      0.9,
    )!;
    expect(mae.value).toBeCloseTo(1, 12);
    expect(mae.now.value).toBe(2);
    expect([mae.low > 0.7, mae.high < 1.3, mae.p < 1e-10]).toEqual([true, true, true]);
    const scores = (shift: number) =>
      outcome({ labelled: 40, keys: [0, shift], positives: [4, 16], negatives: [15, 5] });
    const same = performanceLoss('roc_auc', { now: scores(3), before: scores(9), spread: null }, 0.9)!;
    expect(same.value).toBeCloseTo(0, 12);
    expect(same.p).toBeCloseTo(0.5, 6);
  });

  test('a stream that scatters more makes the same loss less certain', () => {
    const sets = { now: classed(400, 340), before: classed(4000, 3600) };
    const alone = performanceLoss('accuracy', { ...sets, spread: null }, 0.9)!;
    const spread = performanceLoss('accuracy', { ...sets, spread: { factor: 4, degrees: 27 } }, 0.9)!;
    expect(spread.p).toBeGreaterThan(10 * alone.p);
    expect(spread.low).toBeLessThan(alone.low);
    expect(spread.value).toBe(alone.value);
  });

  test('perfect before and after is no loss, perfect before and one wrong is little', () => {
    const sets = { now: classed(100, 100), before: classed(100, 100), spread: { factor: 1, degrees: 20 } };
    expect(performanceLoss('accuracy', sets, 0.9)).toMatchObject({ value: 0, p: 1 });
    const one = performanceLoss('accuracy', { ...sets, now: classed(100, 99) }, 0.9)!;
    expect(one.p).toBeGreaterThan(0.1);
    expect(performanceLoss('roc_auc', { ...sets, now: noOutcomes }, 0.9)).toBeNull();
  });

  test('spread is about 1 for independent rows, larger for days that differ, unknown for few', () => {
    const random = seededRandom(5);
    const day = (share: number) => {
      let right = 0;
      for (let i = 0; i < 400; i++) if (random() < share) right += 1;
      return classed(400, right);
    };
    const calm = Array.from({ length: 40 }, () => day(0.9));
    const uneven = Array.from({ length: 40 }, (_, i) => day(i % 2 === 0 ? 0.86 : 0.94));
    expect(outcomeSpread('accuracy', calm)!.factor).toBeLessThan(1.8);
    expect(outcomeSpread('accuracy', uneven)!.factor).toBeGreaterThan(5);
    expect(outcomeSpread('accuracy', uneven)!.degrees).toBe(39);
    expect(outcomeSpread('accuracy', calm.slice(0, 13))).toBeNull();
    expect(outcomeSpread('roc_auc', calm)).toBeNull();
  });

  test('p is as rare as it says, with and without a spread', () => {
    const random = seededRandom(21);
    const draw = (n: number) => {
      const now = Array.from({ length: n }, () => random() < 0.9).filter(Boolean).length;
      return classed(n, now);
    };
    let [plain, spread] = [0, 0];
    for (let i = 0; i < 2000; i++) {
      const sets = { now: draw(120), before: draw(600) };
      if (performanceLoss('accuracy', { ...sets, spread: null }, 0.9)!.p <= 0.01) plain += 1;
      if (performanceLoss('accuracy', { ...sets, spread: { factor: 1, degrees: 27 } }, 0.9)!.p <= 0.01)
        spread += 1;
    }
    expect(plain).toBeLessThan(34);
    expect(spread).toBeLessThan(34);
    expect(plain).toBeGreaterThan(2);
  });
});
