import { describe, expect, it } from 'vitest';
import { binomialSf, tooFew, tooMany } from '../../bench/calibration/binomial.ts';
import { cutRuns, type Run } from '../../bench/calibration/cut.ts';
import { createFreezer, drawWindow } from '../../bench/calibration/frozen.ts';
import { createMultinomial } from '../../bench/calibration/multinomial.ts';
import { createRandom } from '../../bench/calibration/random.ts';
import { designShapes, otherShapes } from '../../bench/calibration/shapes.ts';
import { binOf, createBinLookup } from '../../src/stats/bin-lookup.ts';
import { numericEdges } from '../../src/stats/binning.ts';

/** Bounds are six standard errors wide and the seeds are fixed. */
describe('draws of the simulations', () => {
  it('binomial counts have the right mean, variance and skewness, small means and large', () => {
    for (const [n, p] of [
      [50, 0.3],
      [40, 0.9],
      [1000, 0.0101],
      [5000, 0.002],
      [100_000, 0.4],
    ] as const) {
      const random = createRandom(`binomial ${n} ${p}`);
      const repeats = 100_000;
      const deviation = Math.sqrt(n * p * (1 - p));
      const sums = [0, 0, 0];
      for (let i = 0; i < repeats; i++) {
        const z = (random.binomial(n, p) - n * p) / deviation;
        sums[0]! += z;
        sums[1]! += z * z;
        sums[2]! += z ** 3;
      }
      expect(Math.abs(sums[0]! / repeats)).toBeLessThan(6 / Math.sqrt(repeats));
      expect(Math.abs(sums[1]! / repeats - 1)).toBeLessThan(6 * Math.sqrt(2.2 / repeats));
      expect(Math.abs(sums[2]! / repeats - (1 - 2 * p) / deviation)).toBeLessThan(
        6 * Math.sqrt(18 / repeats),
      );
    }
  });

  it('exponential and gamma have the right mean and variance', () => {
    const random = createRandom('gamma');
    for (const shape of [1, 2, 7, 48]) {
      const repeats = 100_000;
      let sum = 0;
      let square = 0;
      for (let i = 0; i < repeats; i++) {
        const z = (random.gamma(shape) - shape) / Math.sqrt(shape);
        sum += z;
        square += z * z;
      }
      expect(Math.abs(sum / repeats)).toBeLessThan(6 / Math.sqrt(repeats));
      expect(Math.abs(square / repeats - 1)).toBeLessThan(6 * Math.sqrt(9 / repeats));
    }
  });

  it('multinomial counts add up and have the right means, row by row and cell by cell', () => {
    const shares = [0.1, 0, 0.3, 0.05, 0.55];
    for (const n of [7, 400]) {
      const draw = createMultinomial(shares, createRandom(`multinomial ${n}`));
      const repeats = 20_000;
      const sums = shares.map(() => 0);
      for (let i = 0; i < repeats; i++) {
        const counts = draw.draw(n);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
        counts.forEach((count, cell) => (sums[cell]! += count));
      }
      sums.forEach((sum, cell) => {
        const p = shares[cell]!;
        const error = Math.sqrt((p * (1 - p)) / (n * repeats));
        expect(Math.abs(sum / (n * repeats) - p)).toBeLessThanOrEqual(6 * error);
      });
    }
  });

  it('cuts runs as numericEdges cuts the rows themselves', () => {
    const random = createRandom('cuts');
    for (let round = 0; round < 1500; round++) {
      const runs: Run[] = Array.from({ length: 1 + Math.floor(random.uniform() * 4) }, () => ({
        share: 0.25,
        atom: random.uniform() < 0.4,
        count: Math.floor(random.uniform() ** 3 * 400),
      }));
      const values = runs.flatMap((run, i) =>
        Array.from({ length: run.count }, () => 10 * i + (run.atom ? 0 : random.uniform())),
      );
      if (new Set(values).size < 2) continue;
      const most = [8, 32, 200][round % 3]!;
      const lookup = createBinLookup(numericEdges(Float64Array.from(values), most));
      const counts = Array.from({ length: lookup.bins }, () => 0);
      for (const value of values) counts[binOf(lookup, value)]! += 1;
      const cut = cutRuns(runs, random, most);
      expect([...cut.reference]).toEqual(counts);
      const all = runs.reduce((sum, { share }) => sum + share, 0);
      expect(cut.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(all, 10);
    }
  });

  it('draws true shares as the spacings of a sample are: a fresh row falls in a bin as often as its rank says', () => {
    const random = createRandom('spacings');
    const repeats = 4000;
    let beyond = 0;
    let upper = 0;
    for (let i = 0; i < repeats; i++) {
      const { shares, reference } = cutRuns([{ share: 1, count: 100, atom: false }], random, 10);
      beyond += shares[0]! + shares[shares.length - 1]!;
      let rows = 0;
      for (let bin = 0; rows < 50; bin++) {
        rows += reference[bin]!;
        upper += shares[bin]!;
      }
    }
    // Outside the range of 100 rows lies 2 / 101 of the mass; below the edge after the 50th, one half.
    expect(Math.abs(beyond / repeats - 2 / 101)).toBeLessThan((6 * 0.014) / Math.sqrt(repeats));
    expect(Math.abs(upper / repeats - 0.5)).toBeLessThan((6 * 0.05) / Math.sqrt(repeats));
  });

  it('every shape gives references and windows of the asked size, with shares that add up to one', () => {
    for (const shape of [...designShapes, ...otherShapes]) {
      const random = createRandom(shape.name);
      const frozen = createFreezer(shape, 3000, random)();
      const window = drawWindow(frozen, 500, random);
      const rows = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);
      expect(rows(frozen.reference) + frozen.referenceMissing).toBe(3000);
      expect(rows(window.counts) + window.missing).toBe(500);
      expect(rows(Float64Array.from(frozen.cells.shares))).toBeCloseTo(1, 6);
    }
  });

  it('the same name gives the same numbers, another name others', () => {
    const numbers = (name: string) => Array.from({ length: 5 }, createRandom(name).bits);
    expect(numbers('a')).toEqual(numbers('a'));
    expect(numbers('a')).not.toEqual(numbers('b'));
  });
});

describe('bounds', () => {
  it('binomial tails match their sums', () => {
    expect(binomialSf(3, 10, 0.2)).toBeCloseTo(0.3222004736, 10);
    expect(binomialSf(0, 10, 0.2)).toBe(1);
    expect(binomialSf(11, 10, 0.2)).toBe(0);
  });

  it('tell what cannot be chance from what can', () => {
    expect(tooMany(13, 10_000, { p: 1e-3, looks: 1000 })).toBe(false);
    expect(tooMany(60, 10_000, { p: 1e-3, looks: 1000 })).toBe(true);
    expect(tooFew(930, 1000, { p: 0.95, looks: 10 })).toBe(false);
    expect(tooFew(850, 1000, { p: 0.95, looks: 10 })).toBe(true);
  });
});
