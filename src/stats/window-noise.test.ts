import { expect, test } from 'vitest';
import { noiseOf } from './window-noise.ts';

/** Running sums of 100 rows an hour with the given mean residuals. */
function sumsOf(residuals: readonly number[]): { rows: Float64Array; residuals: Float64Array } {
  const rows = new Float64Array(residuals.length + 1);
  const sums = new Float64Array(residuals.length + 1);
  residuals.forEach((value, i) => {
    rows[i + 1] = rows[i]! + 100;
    sums[i + 1] = sums[i]! + 100 * value;
  });
  return { rows, residuals: sums };
}

test('a stream quieter than independent rows is taken to be as noisy as they are', () => {
  const noise = noiseOf(sumsOf(Array.from({ length: 672 }, () => 0)), 6, 1);
  expect(noise.tau2).toBe(0);
  expect(noise.phi).toBeGreaterThan(1);
  expect(noise.phi).toBeLessThan(1.1);
});

test('a level that changes from day to day leaves few independent windows and much variance', () => {
  const day = (i: number) => [0.3, -0.2, -0.3, 0.1, 0.25, -0.1, -0.05][Math.floor(i / 24) % 7]!;
  const hour = (i: number) => [0.3, -0.2, -0.3, 0.1, 0.25, -0.1, -0.05][(i * 5) % 7]!;
  const slow = noiseOf(sumsOf(Array.from({ length: 672 }, (_, i) => day(i))), 6, 1);
  const fast = noiseOf(sumsOf(Array.from({ length: 672 }, (_, i) => hour(i))), 6, 1);
  expect(slow.df).toBeLessThan(fast.df / 2);
  expect(slow.tau2).toBeGreaterThan(0.03);
  expect(fast.tau2).toBeLessThan(0.005);
});

test('at most what the history holds: three degrees of freedom at least, hours / length at most', () => {
  const residuals = Array.from({ length: 168 }, (_, i) => Math.sin(i * i));
  expect(noiseOf(sumsOf(residuals), 168, 1).df).toBe(3);
  expect(noiseOf(sumsOf(residuals), 1, 1).df).toBeLessThan(168);
});
