import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { solvePositiveDefinite } from './solve.ts';

const size = fc.integer({ min: 1, max: 8 });
const entry = fc.double({ min: -3, max: 3, noNaN: true });

test("laws: A x gives b back for A = M M' + I", () => {
  const system = size.chain(n =>
    fc.tuple(
      fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }),
      fc.array(entry, { minLength: n, maxLength: n }),
    ),
  );
  fc.assert(
    fc.property(system, ([m, x]) => {
      const a = m.map((row, i) =>
        m.map((other, j) => row.reduce((sum, v, k) => sum + v * other[k]!, i === j ? 1 : 0)),
      );
      const b = a.map(row => row.reduce((sum, v, k) => sum + v * x[k]!, 0));
      const solved = solvePositiveDefinite(a, b);
      solved.forEach((value, i) => expect(Math.abs(value - x[i]!)).toBeLessThan(1e-4));
    }),
  );
});

test('two terms that coincide share what they explain', () => {
  const [first, second] = solvePositiveDefinite(
    [
      [10, 10],
      [10, 10],
    ],
    [20, 20],
  );
  expect(first! + second!).toBeCloseTo(2, 5);
});

test('an unknown without data is 0, and a system without data has none', () => {
  const solved = solvePositiveDefinite(
    [
      [4, 0],
      [0, 0],
    ],
    [8, 0],
  );
  expect(solved[0]).toBeCloseTo(2, 6);
  expect(solved[1]).toBe(0);
  expect(solvePositiveDefinite([[0]], [0])).toEqual([0]);
  expect(solvePositiveDefinite([], [])).toEqual([]);
});

test('does not change its input', () => {
  const b = [8, 6];
  solvePositiveDefinite([[4], [1, 2]], b);
  expect(b).toEqual([8, 6]);
});
