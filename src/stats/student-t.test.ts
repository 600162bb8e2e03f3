import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { normalSf } from './normal.ts';
import { studentTwoSided } from './student-t.ts';

test('golden values', () => {
  const [golden] = loadGolden<unknown, { t_two_sided: [number, number, number][] }>('functions');
  expect(golden!.output.t_two_sided.length).toBeGreaterThan(0);
  for (const [t, df, p] of golden!.output.t_two_sided)
    expect(errorOf(studentTwoSided(t, df), p)).toBeLessThan(1e-12);
});

test('agrees with the tails of the vectors to 1e-12, down to 1e-274', () => {
  const points = loadVectors<{ points: [number, number][] }, { values: number[] }>('special')
    .filter(c => c.function === 't_sf')
    .flatMap(c => c.inputs.points.map(([t, df], i) => ({ t, df, tail: c.expected.values[i]! })))
    .filter(point => point.t >= 0);
  expect(Math.min(...points.map(point => point.tail))).toBeLessThan(1e-270);
  for (const { t, df, tail } of points)
    expect(errorOf(studentTwoSided(t, df), 2 * tail), `t ${t}, df ${df}`).toBeLessThan(1e-12);
});

test('ends and bad input', () => {
  expect(studentTwoSided(0, 5)).toBe(1);
  expect(studentTwoSided(Infinity, 5)).toBe(1e-300);
  expect(studentTwoSided(1e200, 5)).toBe(1e-300);
  expect(studentTwoSided(Number.NaN, 5)).toBe(1);
  expect(studentTwoSided(3, 0)).toBe(1);
  expect(studentTwoSided(3, Infinity)).toBe(2 * normalSf(3));
});

test('one degree of freedom is Cauchy, two have a closed form', () => {
  for (const t of [1e-9, 0.01, 1, 30, 1e6]) {
    expect(errorOf(studentTwoSided(t, 1), (2 / Math.PI) * Math.atan2(1, t))).toBeLessThan(1e-12);
    const root = Math.sqrt(2 + t * t);
    expect(errorOf(studentTwoSided(t, 2), 2 / (root * (root + t)))).toBeLessThan(1e-12);
  }
});

test('laws: even in t, falling in |t|, in [1e-300, 1]', () => {
  const number = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.double({ min: 0.5, max: 1e6, noNaN: true }), (a, b, df) => {
      const [near, far] = [Math.min(Math.abs(a), Math.abs(b)), Math.max(Math.abs(a), Math.abs(b))];
      expect(studentTwoSided(-a, df)).toBe(studentTwoSided(a, df));
      expect(studentTwoSided(far, df)).toBeLessThanOrEqual(studentTwoSided(near, df) * (1 + 1e-12));
      expect(studentTwoSided(far, df)).toBeGreaterThanOrEqual(1e-300);
      expect(studentTwoSided(near, df)).toBeLessThanOrEqual(1);
    }),
  );
});
