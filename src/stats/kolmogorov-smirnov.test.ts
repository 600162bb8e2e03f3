import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { kolmogorovLogSf, ksTest } from './kolmogorov-smirnov.ts';

interface Inputs {
  readonly x?: number[];
  readonly y?: number[];
  readonly values?: number[];
  readonly count_x?: number[];
  readonly count_y?: number[];
}
interface Expected {
  readonly statistic: number;
  readonly d_plus: number;
  readonly d_minus: number;
  readonly p_kolmogorov_limit: number;
}
const cases = loadVectors<Inputs, Expected>('ks');

/** One bin for each distinct value: the binned statistic is then the exact one. */
function countsOf(inputs: Inputs): { x: number[]; y: number[] } {
  if (inputs.count_x && inputs.count_y) return { x: inputs.count_x, y: inputs.count_y };
  const values = [...new Set([...inputs.x!, ...inputs.y!])].sort((a, b) => a - b);
  const count = (sample: number[]) => values.map(v => sample.filter(s => s === v).length);
  return { x: count(inputs.x!), y: count(inputs.y!) };
}

test.each(cases)('$id $note', ({ inputs, expected }) => {
  const { x, y } = countsOf(inputs);
  const result = ksTest(x, y);
  expect(errorOf(result.statistic, expected.statistic)).toBeLessThan(1e-10);
  expect(errorOf(result.p, expected.p_kolmogorov_limit)).toBeLessThan(1e-8);
  // d_plus = max(F_x - F_y): y lies higher than x.
  expect(Math.abs(ksTest(y, x, 'up').statistic - expected.d_plus)).toBeLessThan(1e-12);
  expect(Math.abs(ksTest(x, y, 'up').statistic - expected.d_minus)).toBeLessThan(1e-12);
});

test('far tails stay finite and are floored', () => {
  expect(kolmogorovLogSf(1000)).toBeCloseTo(Math.LN2 - 2e6, 6);
  expect(ksTest([0, 1e6], [1e6, 0]).p).toBe(1e-300);
  expect(ksTest([0, 1e6], [1e6, 0], 'up').p).toBe(1e-300);
});

test('both series of the limiting law meet where one takes over', () => {
  expect(kolmogorovLogSf(1 - 1e-12)).toBeCloseTo(kolmogorovLogSf(1), 9);
});

test('an empty sample shows nothing', () => {
  expect(ksTest([0, 0], [3, 4])).toEqual({ statistic: 0, bin: -1, direction: 0, p: 1 });
});

test('says where and in which direction', () => {
  expect(ksTest([10, 10, 80], [10, 80, 10])).toMatchObject({ bin: 1, direction: 1 });
  expect(ksTest([10, 80, 10], [10, 10, 80])).toMatchObject({ bin: 1, direction: -1 });
  expect(ksTest([10, 80, 10], [10, 10, 80], 'up').statistic).toBe(0);
});

const counts = fc.array(fc.nat(500), { minLength: 6, maxLength: 6 });

test('laws: within [0, 1], symmetric, 0 for proportional counts, blind to scale', () => {
  fc.assert(
    fc.property(counts, counts, fc.integer({ min: 2, max: 9 }), (a, b, k) => {
      const r = ksTest(a, b);
      expect(r.statistic).toBeGreaterThanOrEqual(0);
      expect(r.statistic).toBeLessThanOrEqual(1);
      expect(r.p).toBeGreaterThan(0);
      expect(r.p).toBeLessThanOrEqual(1);
      expect(ksTest(b, a).statistic).toBeCloseTo(r.statistic, 12);
      expect(
        ksTest(
          a,
          a.map(c => c * k),
        ).statistic,
      ).toBeCloseTo(0, 12);
      expect(
        ksTest(
          a.map(c => c * k),
          b,
        ).statistic,
      ).toBeCloseTo(r.statistic, 12);
    }),
  );
});

test('false alarms: p is at most nominal in repeated samples of one distribution', () => {
  let seed = 12345;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const sample = (n: number) => {
    const bins = Array.from({ length: 64 }, () => 0);
    for (let i = 0; i < n; i++) bins[Math.floor(random() * 64)]!++;
    return bins;
  };
  let alarms = 0;
  for (let i = 0; i < 2000; i++) if (ksTest(sample(200), sample(1000)).p <= 0.05) alarms++;
  expect(alarms / 2000).toBeLessThan(0.06);
  expect(alarms / 2000).toBeGreaterThan(0.02);
});
