import { expect, test } from 'vitest';
import {
  baselineOf,
  categoricalBinning,
  contextOf,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../../test/twins/samples.ts';
import { type MeasureRule, measuresCheck } from './measures.ts';

const even = (each: number) => profileFrom([0, ...Array.from({ length: 10 }, () => each), 0]);
const moved = profileFrom([0, 0, 0, 0, 0, 0, 200, 200, 200, 200, 200, 0]);
const baseline = baselineOf([
  subjectOf(numericBinning('feature:age'), even(1000)),
  subjectOf(categoricalBinning('feature:plan', 'free', 'pro'), profileFrom([600, 400])),
  subjectOf(numericBinning('latency'), even(1000)),
]);
const rule: MeasureRule = { measure: 'psi', threshold: 0.2, models: [], subjects: [], hours: [6] };
const found = (rules: readonly MeasureRule[], current: Parameters<typeof contextOf>[1]) =>
  measuresCheck(contextOf(baseline, current, { measureRules: rules }));

test('judges by its own threshold, and says how often chance alone would fire', () => {
  const [age, plan] = found([rule], { 'feature:age': moved, 'feature:plan': profileFrom([60, 40]) });
  expect(age).toMatchObject({ check: 'drift:psi', subject: 'feature:age', verdict: 'drift', tolerance: 0.2 });
  expect(age!.p).toBeNaN();
  expect(age!.calibration).toBe('learning');
  expect(age!.detail).toMatchObject({ calibrated: false, chanceMethod: 'null-law' });
  expect(age!.detail['chance']).toBeLessThan(1e-6);
  expect(age!.sentence).toMatch(/above the threshold 0\.2 set for it\. Uncalibrated: with nothing changed/);
  expect(plan).toMatchObject({ subject: 'feature:plan', verdict: 'stable' });
});

test('few rows make chance fire: the number says so, and under 50 rows nothing is judged', () => {
  const small = found([rule], { 'feature:age': even(6) })[0]!;
  expect(small.detail['chance']).toBeGreaterThan(0.05);
  expect(found([rule], { 'feature:age': even(4) })[0]!.verdict).toBe('insufficient');
});

test('holds for the models, subjects and windows it names', () => {
  const current = { 'feature:age': moved };
  expect(found([{ ...rule, models: ['fraud'] }], current)).toEqual([]);
  expect(found([{ ...rule, hours: [24] }], current)).toEqual([]);
  expect(found([{ ...rule, subjects: ['feature:age'] }], current)).toHaveLength(1);
  // By its short name too, but not by that of another subject.
  expect(found([{ ...rule, subjects: ['age'] }], current).map(f => f.subject)).toEqual(['feature:age']);
  expect(found([{ ...rule, subjects: ['feature'] }], current)).toEqual([]);
  expect(found([{ ...rule, measure: 'welch', threshold: 0.01 }], current).map(f => f.subject)).toEqual([
    'feature:age',
  ]);
});

test('a short name is a feature, unless it is another subject', () => {
  const both = baselineOf([
    subjectOf(numericBinning('feature:prediction'), even(1000)),
    subjectOf(numericBinning('prediction'), even(1000)),
  ]);
  const judged = (subjects: readonly string[]) =>
    measuresCheck(
      contextOf(
        both,
        { 'feature:prediction': moved, prediction: moved },
        { measureRules: [{ ...rule, subjects }] },
      ),
    ).map(f => f.subject);
  expect(judged(['prediction'])).toEqual(['prediction']);
  expect(judged(['feature:prediction'])).toEqual(['feature:prediction']);
  expect(judged([])).toEqual(['feature:prediction', 'prediction']);
});

test('a measure that is a p fires below its threshold', () => {
  const p = { ...rule, measure: 'mann-whitney-p', threshold: 0.01 };
  expect(found([p], { 'feature:age': moved })[0]!.verdict).toBe('drift');
  expect(found([p], { 'feature:age': even(100) })[0]!.verdict).toBe('stable');
});

test('the same window draws the same chance', () => {
  const drawn = () =>
    found([{ ...rule, measure: 'hellinger', threshold: 0.05 }], { 'feature:age': even(20) })[0]!.detail;
  expect(drawn()).toEqual(drawn());
  expect(drawn()['chanceDraws']).toBeGreaterThan(100);
});
