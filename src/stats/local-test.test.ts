import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { localP } from './local-test.ts';
import { pearsonTwoSample } from './pearson-two-sample.ts';

const even = (cells: number, rows: number) => Array.from({ length: cells }, () => rows);

test('cells are joined to 32 groups at most, whose Pearson test it is', () => {
  const current = Array.from({ length: 128 }, (_, k) => 40 + (k % 7));
  const joined = Array.from({ length: 32 }, (_, g) =>
    current.slice(4 * g, 4 * g + 4).reduce((a, b) => a + b),
  );
  expect(localP(current, even(128, 1000))).toBe(pearsonTwoSample(joined, even(32, 4000)).p);
});

test('fewer groups for fewer rows: 10 current and 10 to 100 reference rows each', () => {
  const current = Array.from({ length: 64 }, (_, k) => (k % 8 === 0 ? 3 : 1));
  // 80 rows now: 8 groups of 8 cells each.
  expect(localP(current, even(64, 1000))).toBe(pearsonTwoSample(even(8, 10), even(8, 8000)).p);
});

test('too few rows or groups cannot be judged', () => {
  expect(localP([5, 5, 5, 5], even(4, 1000))).toBeNull();
  expect(localP([500, 500], [500, 500])).toBeNull();
  expect(localP([0, 0, 0], even(3, 1000))).toBeNull();
  expect(localP(even(3, 1000), [0, 0, 0])).toBeNull();
  expect(localP([], [])).toBeNull();
});

test('a bump inside the range is found, wherever it is', () => {
  for (let at = 0; at < 64; at++) {
    const current = even(64, 20).map((rows, k) => (k === at ? rows + 60 : rows));
    expect(localP(current, even(64, 1000))!).toBeLessThan(1e-3);
  }
});

test('p lies in [0, 1] for any counts', () => {
  const count = fc.oneof(fc.nat(50), fc.nat(10_000_000), fc.constant(0));
  fc.assert(
    fc.property(fc.array(fc.tuple(count, count), { maxLength: 80 }), cells => {
      const p = localP(
        cells.map(cell => cell[0]),
        cells.map(cell => cell[1]),
      );
      expect(p === null || (p >= 0 && p <= 1)).toBe(true);
    }),
  );
});
