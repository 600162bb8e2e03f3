import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadVectors } from '../../../test/vectors/load.ts';
import { hellinger } from './hellinger.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { kullbackLeibler } from './kullback-leibler.ts';
import { lInfinity } from './l-infinity.ts';
import { populationStability } from './population-stability-index.ts';
import { totalVariation } from './total-variation.ts';

interface Expected {
  readonly psi: number;
  readonly kl_ref_cur: number;
  readonly kl_cur_ref: number;
  readonly js_nat: number;
  readonly js_bit: number;
  readonly js_distance_bit: number;
  readonly hellinger: number;
  readonly total_variation: number;
  readonly l_infinity: number;
}
type Case = { readonly alpha_0: Expected; readonly 'alpha_0.5': Expected };
const cases = loadVectors<{ readonly ref: number[]; readonly cur: number[] }, Case>('divergences');

/** Within 1e-10 relative or 1e-12 absolute; `near` for the roots, which may be 1e-8 off near 0. */
function expectMet(actual: number, expected: number, near = 1e-12): void {
  if (expected === Infinity) expect(actual).toBe(Infinity);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.max(near, 1e-10 * Math.abs(expected)));
}

describe.each([0, 0.5])('with %d added to every count', pseudo => {
  test.each(cases)('$id $note', ({ inputs, expected }) => {
    const p = inputs.ref.map(count => count + pseudo);
    const q = inputs.cur.map(count => count + pseudo);
    const wanted = expected[pseudo === 0 ? 'alpha_0' : 'alpha_0.5'];
    expectMet(populationStability(q, p), wanted.psi);
    expectMet(populationStability(inputs.cur, inputs.ref, pseudo), wanted.psi);
    expectMet(kullbackLeibler(p, q), wanted.kl_ref_cur);
    expectMet(kullbackLeibler(q, p), wanted.kl_cur_ref);
    expectMet(jensenShannon(q, p) ** 2, wanted.js_bit);
    expectMet(jensenShannon(q, p) ** 2 * Math.LN2, wanted.js_nat);
    expectMet(jensenShannon(q, p), wanted.js_distance_bit, 1e-8);
    expectMet(hellinger(q, p), wanted.hellinger, 1e-8);
    expectMet(totalVariation(q, p), wanted.total_variation);
    expectMet(lInfinity(q, p), wanted.l_infinity);
  });
});

const symmetric = { populationStability, jensenShannon, hellinger, totalVariation, lInfinity };
const bounded = { jensenShannon, hellinger, totalVariation, lInfinity };
const all = { ...symmetric, kullbackLeibler };
/** Divergences that obey the data-processing inequality: merging cells can only lose information. */
const processing = { populationStability, jensenShannon, hellinger, totalVariation, kullbackLeibler };

const counts = fc.array(fc.oneof(fc.nat(5), fc.nat(100_000)), { minLength: 7, maxLength: 7 });
const filled = counts.filter(cells => cells.some(count => count > 0));

test.each(Object.entries(symmetric))('%s is symmetric', (_, divergence) => {
  fc.assert(
    fc.property(filled, filled, (a, b) => {
      const there = divergence(a, b);
      const back = divergence(b, a);
      if (there === Infinity) expect(back).toBe(Infinity);
      else expect(Math.abs(there - back)).toBeLessThanOrEqual(1e-12 * Math.max(1, there));
    }),
  );
});

test.each(Object.entries(bounded))('%s lies in [0, 1]', (_, divergence) => {
  fc.assert(
    fc.property(filled, filled, (a, b) => {
      expect(divergence(a, b)).toBeGreaterThanOrEqual(0);
      expect(divergence(a, b)).toBeLessThanOrEqual(1);
    }),
  );
  expect(divergence([4, 0], [0, 9])).toBe(1);
});

test.each(Object.entries(all))('%s: at least 0, 0 for equal shares, above 0 for others', (_, divergence) => {
  fc.assert(
    fc.property(filled, filled, fc.integer({ min: 2, max: 1000 }), (a, b, k) => {
      expect(divergence(a, b)).toBeGreaterThanOrEqual(0);
      expect(divergence(a, a)).toBe(0);
      const scaled = a.map(count => count * k);
      expect(divergence(a, scaled)).toBeLessThan(1e-7);
    }),
  );
  expect(divergence([51, 50], [50, 50])).toBeGreaterThan(0);
});

test.each(Object.entries(processing))('%s never rises when cells are merged', (_, divergence) => {
  fc.assert(
    fc.property(filled, filled, fc.nat(5), (a, b, at) => {
      const merged = (cells: number[]) => [
        ...cells.slice(0, at),
        cells[at]! + cells[at + 1]!,
        ...cells.slice(at + 2),
      ];
      const before = divergence(a, b);
      if (before !== Infinity) {
        // The roots of two equal divergences may differ by the root of a rounding error.
        expect(divergence(merged(a), merged(b)) ** 2).toBeLessThanOrEqual(before ** 2 * (1 + 1e-9) + 1e-14);
      }
    }),
  );
});

test.each(Object.entries(all))(
  '%s is not a number without rows, and leaves its inputs alone',
  (_, divergence) => {
    expect(divergence([0, 0], [1, 2])).toBeNaN();
    expect(divergence([1, 2], [0, 0])).toBeNaN();
    expect(divergence([], [])).toBeNaN();
    const frozen = Object.freeze([3, 4, 5]);
    expect(divergence(frozen, Float64Array.of(3, 4, 5))).toBe(0);
  },
);

test('Jensen-Shannon keeps its digits for shares that hardly differ', () => {
  // The distance of shares .5 +- e is e sqrt(2 / (4 ln 2)) to first order... here against the series to e^4.
  for (const e of [1e-3, 1e-6, 1e-9]) {
    const q = [0.5 + e, 0.5 - e];
    const bits = ((q[0]! - 0.5) ** 2 + (q[1]! - 0.5) ** 2) / (4 * Math.LN2);
    expect(jensenShannon(q, [0.5, 0.5]) / Math.sqrt(bits)).toBeCloseTo(1, 5);
  }
});
