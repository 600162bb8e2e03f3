import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { fisherTest, fisherTwoSided, hypergeometricSf } from './fisher.ts';
import { normalSf } from './normal.ts';
import { gammaQ } from './special.ts';

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}

test('agrees with adding up every table', () => {
  fc.assert(
    fc.property(
      fc.nat(12),
      fc.nat(20),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (c, t, n, m) => {
        const marked = Math.min(t, n + m);
        let expected = 0;
        for (let x = c; x <= marked; x++) expected += choose(marked, x) * choose(n + m - marked, n - x);
        expected /= choose(n + m, n);
        expect(hypergeometricSf(c, marked, n, m)).toBeCloseTo(Math.min(1, expected), 10);
      },
    ),
  );
});

test('reference values', () => {
  // Tea tasting: all four of four right.
  expect(hypergeometricSf(4, 4, 4, 4)).toBeCloseTo(1 / 70, 14);
  // 40 of 1,000 against 0 of 50,000: the product of (1000 - i) / (51000 - i).
  let product = 1;
  for (let i = 0; i < 40; i++) product *= (1000 - i) / (51_000 - i);
  expect(fisherTest({ c: 40, n: 1000, r: 0, m: 50_000 }).up / product).toBeCloseTo(1, 7);
});

test('nothing, everything and empty samples show nothing', () => {
  const nothing = { up: 1, both: 1 };
  expect(fisherTest({ c: 0, n: 10, r: 0, m: 10 })).toEqual(nothing);
  expect(fisherTest({ c: 10, n: 10, r: 10, m: 10 })).toEqual(nothing);
  expect(fisherTest({ c: 0, n: 0, r: 3, m: 10 })).toEqual(nothing);
});

test('far tails are floored, never 0', () => {
  expect(fisherTest({ c: 100_000, n: 100_000, r: 0, m: 100_000 })).toEqual({ up: 1e-300, both: 1e-300 });
});

test('the tails of both samples cover each other', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (c, r) => {
      const up = fisherTest({ c, n: 300, r, m: 300 }).up;
      const down = fisherTest({ c: r, n: 300, r: c, m: 300 }).up;
      expect(up + down).toBeGreaterThanOrEqual(1 - 1e-9);
      expect(fisherTest({ c, n: 300, r, m: 300 }).both).toBeCloseTo(Math.min(1, 2 * Math.min(up, down)), 12);
    }),
  );
});

test('two-sided is twice the smaller tail of the two samples', () => {
  const sizes = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(sizes, sizes, fc.nat(400), fc.nat(400), (n, m, a, b) => {
      const c = Math.min(a, n);
      const r = Math.min(b, m);
      const smaller = Math.min(hypergeometricSf(c, c + r, n, m), hypergeometricSf(r, c + r, m, n));
      expect(fisherTwoSided(c, r, n, m)).toBeCloseTo(Math.min(1, 2 * smaller), 9);
      expect(fisherTwoSided(r, c, m, n)).toBe(fisherTwoSided(c, r, n, m));
    }),
    { numRuns: 2000 },
  );
});

const golden = loadGolden<unknown, Record<string, readonly number[][]>>('functions')[0]!.output;

test.each([
  ['norm_sf', normalSf],
  ['gamma_q', gammaQ],
  ['hyper_sf', hypergeometricSf],
] as const)('golden values of %s', (name, evaluate) => {
  const cases = golden[name]!;
  expect(cases.length).toBeGreaterThan(3);
  for (const values of cases) {
    const expected = values.at(-1)!;
    const found = (evaluate as (...args: readonly number[]) => number)(...values.slice(0, -1));
    const rows = name === 'hyper_sf' ? values[2]! + values[3]! : 0;
    expect(Math.abs(found / expected - 1), values.join(' ')).toBeLessThanOrEqual(rows >= 1e6 ? 1e-6 : 1e-9);
  }
});
