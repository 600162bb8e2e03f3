import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { categoricalBinning, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import type { Binning, Profile } from '../domain/profile.ts';
import { judge as judgeSubject } from './judge.ts';
import { driftSentence, whereText } from './sentence.ts';

const numbers = numericBinning('feature:income');
const even = (each: number) => profileFrom([0, ...Array.from({ length: 10 }, () => each), 0]);
const shifted = (each: number) => profileFrom([0, 0, 0, 0, ...Array.from({ length: 7 }, () => each), 0]);
const limits = { alpha: 1e-5 };
const judge = (of: { reference: Profile; current: Profile; binning: Binning; alpha: number }) =>
  judgeSubject({ subject: subjectOf(of.binning, of.reference), current: of.current, alpha: of.alpha });

describe('numbers', () => {
  test('the same distribution is stable, once there are rows enough', () => {
    const judged = judge({ reference: even(1000), current: even(300), binning: numbers, ...limits });
    expect(judged).toMatchObject({
      verdict: 'stable',
      effect: 0,
      n: 3000,
      nReference: 10_000,
      method: 'numeric',
      interval: null,
    });
    expect(judged.p).toBeGreaterThan(0.9);
    expect(whereText(judged)).toBe('');
    expect(driftSentence('feature:income', judged, 1e-5)).toMatch(
      /^income: no move of rows beyond noise \(tolerance 2 %\); p \S+ against 1e-5 allowed \(\w+\); 3,000 rows against 10,000 in the baseline\.$/,
    );
  });

  test('a shift is drift, with its distance, direction and place', () => {
    const judged = judge({ reference: even(1000), current: shifted(100), binning: numbers, ...limits });
    expect(judged.verdict).toBe('drift');
    expect(judged.effect).toBeCloseTo(0.3, 12);
    expect(judged).toMatchObject({ by: 'local', part: 'body', tolerance: 0.02, direction: -1 });
    expect(judged.interval).toEqual({ low: null, high: 3 });
    expect(whereText(judged)).toBe('away from below 3');
    expect(Object.keys(judged.components)).toEqual(['z1', 'z2', 'z3', 'z4', 'local']);
    expect(judged.measures['kolmogorov-smirnov']).toBeCloseTo(0.3, 12);
    expect(judged.effectLow).toBeLessThan(0.3);
    expect(judged.effectHigh).toBeGreaterThan(0.3);
  });

  test('significant but smaller than the tolerance is stable', () => {
    const current = profileFrom([0, 90_000, 110_000, ...Array.from({ length: 8 }, () => 100_000), 0]);
    const judged = judge({ reference: even(1_000_000), current, binning: numbers, ...limits });
    expect(judged.effect).toBeLessThan(0.02);
    expect(judged.p).toBeLessThan(limits.alpha);
    expect(judged.verdict).toBe('stable');
  });

  test('a few rows can drift when they are far enough; they are never stable', () => {
    const rows = (count: number, at: number) =>
      profileFrom(Array.from({ length: 12 }, (_, i) => (i === at ? count : 0)));
    const judged = (current: Profile) =>
      judge({ reference: even(1000), current, binning: numbers, ...limits });
    expect(judged(rows(40, 11))).toMatchObject({
      verdict: 'drift',
      part: 'body',
      tolerance: 0.02,
    });
    expect(judged(even(4)).verdict).toBe('insufficient');
  });

  test('too few rows to see a move of 10 %: insufficient, with what could have been seen', () => {
    const judged = judge({ reference: even(1000), current: even(10), binning: numbers, ...limits });
    expect(judged.verdict).toBe('insufficient');
    expect(judged.smallestDetectable).toBeGreaterThan(0.1);
  });

  test('without any value: nothing compared', () => {
    const nothing = profileFrom([], { nMissing: 500 });
    expect(judge({ reference: even(1000), current: nothing, binning: numbers, ...limits })).toMatchObject({
      verdict: 'insufficient',
      n: 0,
      p: 1,
      effect: 0,
      effectLow: 0,
      effectHigh: 1,
      smallestDetectable: 1,
    });
  });
});

describe('categories', () => {
  const plans = categoricalBinning('feature:plan', 'free', 'pro', 'team');

  test('the share of rows that moved, and the category that moved most', () => {
    const judged = judge({
      reference: profileFrom([5000, 3000, 2000]),
      current: profileFrom([300, 300, 400]),
      binning: plans,
      ...limits,
    });
    expect(judged).toMatchObject({
      verdict: 'drift',
      method: 'categorical',
      category: 'team',
      direction: 1,
      missing: 0,
    });
    expect(whereText(judged)).toBe('into "team"');
    expect(judged.effect).toBeCloseTo(0.2, 12);
  });

  test('categories the baseline does not list are one cell', () => {
    const judged = judge({
      reference: profileFrom([5000, 3000, 2000]),
      current: profileFrom([400, 300, 200, 100]),
      binning: plans,
      ...limits,
    });
    expect(judged.verdict).toBe('drift');
    const only = judge({
      reference: profileFrom([500, 300, 200]),
      current: profileFrom([50, 30, 20, 100]),
      binning: plans,
      ...limits,
    });
    expect(only.category).toBe('(unseen)');
    expect(whereText(only)).toBe('into values the baseline does not list');
  });

  test('nothing to say about one category', () => {
    const judged = judge({
      reference: profileFrom([5000]),
      current: profileFrom([5000]),
      binning: plans,
      ...limits,
    });
    expect(judged).toMatchObject({ verdict: 'stable', p: 1, effect: 0, category: null });
  });
});

test('laws: p in (0, 1], effect within its limits within [0, 1], never NaN, drift only inside alpha and tolerance', () => {
  const counts = fc.array(fc.nat(400), { minLength: 12, maxLength: 12 });
  const categories = categoricalBinning('c', ...Array.from({ length: 11 }, (_, i) => `c${i}`));
  fc.assert(
    fc.property(
      counts,
      counts,
      fc.boolean(),
      fc.double({ min: 1e-9, max: 0.2, noNaN: true }),
      (a, b, numeric, alpha) => {
        const binning = numeric ? numbers : categories;
        const judged = judge({
          reference: profileFrom(a),
          current: profileFrom(b),
          binning,
          alpha,
        });
        expect(judged.p).toBeGreaterThan(0);
        expect(judged.p).toBeLessThanOrEqual(1);
        expect(judged.effectLow).toBeGreaterThanOrEqual(0);
        expect(judged.effectLow).toBeLessThanOrEqual(judged.effect);
        expect(judged.effect).toBeLessThanOrEqual(judged.effectHigh);
        expect(judged.effectHigh).toBeLessThanOrEqual(1);
        if (judged.verdict === 'drift') {
          expect(judged.p).toBeLessThanOrEqual(alpha);
          expect(judged.effect).toBeGreaterThanOrEqual(judged.tolerance);
        }
      },
    ),
  );
});
