import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { negativeBinomialCdf } from '../stats/negative-binomial.ts';
import { usualWidth, type VolumeLaw, volumeLaw, volumeP, volumeTail } from './volume-model.ts';

const days = (...rows: number[]) => Array.from({ length: 6 }, () => rows);

describe('the law', () => {
  test('needs two weeks', () => {
    expect(volumeLaw({ own: [], days: days(5, 5, 5) })).toBeNull();
    expect(volumeLaw({ own: [100], days: days(5, 5, 5) })).toBeNull();
    expect(volumeLaw({ own: [100, 100], days: [] })).toMatchObject({ weeks: 2, degrees: 1 });
  });

  test('has the mean of its own hours, and no dispersion where counts scatter less than chance', () => {
    const law = volumeLaw({ own: [98, 102, 100, 100], days: days(50, 51, 49, 50) });
    expect(law).toEqual({ expected: 100, weeks: 4, dispersion: 0, degrees: 21 });
  });

  test('has the dispersion of gamma scatter: two counts of a large mean, by hand', () => {
    // Pearson: (a - b)^2 / 2 over mean^2 is 2 x .2^2 = .08 at two counts; .08 / (1 - .08 / 2) undoes their fixed total.
    const law = volumeLaw({ own: [1.2e9, 0.8e9], days: [] })!;
    expect(law.dispersion).toBeCloseTo(0.08 / 0.96, 6);
  });

  test('takes its own dispersion where that is larger than that of all days', () => {
    const batch = volumeLaw({ own: [2e5, 5e4, 1e5, 5e4], days: days(1000, 1000, 1000, 1000) })!;
    const alone = volumeLaw({ own: [2e5, 5e4, 1e5, 5e4], days: [] })!;
    expect(batch.dispersion).toBeCloseTo(alone.dispersion, 9);
    expect(batch.degrees).toBe(21);
  });

  test('of hours that never had a row expects half a row over the weeks', () => {
    const law = volumeLaw({ own: [0, 0, 0, 0], days: days(0, 0, 0, 0) });
    expect(law).toEqual({ expected: 0.125, weeks: 4, dispersion: 0, degrees: 3 });
  });
});

const law: VolumeLaw = { expected: 200, weeks: 4, dispersion: 0.04, degrees: 21 };

describe('the probability', () => {
  test('is that of the negative binomial law where everything is known', () => {
    const known = { expected: 200, weeks: 1e9, dispersion: 0.04, degrees: 1e6 };
    expect(volumeTail(known, 120, 'lower') / negativeBinomialCdf(120, 200, 0.04)).toBeCloseTo(1, 2);
  });

  test('is larger the less is known, in either tail', () => {
    for (const [rows, side] of [
      [60, 'lower'],
      [450, 'upper'],
    ] as const) {
      const p = volumeTail(law, rows, side);
      expect(volumeTail({ ...law, weeks: 2 }, rows, side)).toBeGreaterThan(p);
      expect(volumeTail({ ...law, degrees: 7 }, rows, side)).toBeGreaterThan(p);
      expect(volumeTail({ ...law, dispersion: 0.08 }, rows, side)).toBeGreaterThan(p);
    }
  });

  test('of none is tiny where many came, and common where few or none did', () => {
    expect(volumeTail(law, 0, 'lower')).toBeLessThan(1e-8);
    expect(volumeTail({ ...law, weeks: 2, degrees: 7 }, 0, 'lower')).toBeLessThan(1e-4);
    expect(volumeTail({ ...law, expected: 3 }, 0, 'lower')).toBeGreaterThan(0.01);
    expect(volumeTail({ ...law, expected: 0.125 }, 0, 'lower')).toBeGreaterThan(0.8);
  });

  test('lies in (0, 1], falls towards the tail, and both tails cover everything', () => {
    const laws = fc.record({
      expected: fc.double({ min: 0.125, max: 1e7, noNaN: true }),
      weeks: fc.integer({ min: 2, max: 4 }),
      dispersion: fc.double({ min: 0, max: 50, noNaN: true }),
      degrees: fc.integer({ min: 1, max: 21 }),
    });
    fc.assert(
      fc.property(laws, fc.nat(1_000_000), fc.nat(1000), (any, rows, more) => {
        const lower = volumeTail(any, rows, 'lower');
        const upper = volumeTail(any, rows, 'upper');
        expect(lower).toBeGreaterThan(0);
        expect(lower + upper).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(volumeTail(any, rows + more, 'lower')).toBeGreaterThanOrEqual(lower * (1 - 1e-9));
        expect(volumeTail(any, rows + more, 'upper')).toBeLessThanOrEqual(upper * (1 + 1e-9));
        expect(usualWidth(any)).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  test('of too many is that of the latest week where it alone explains them', () => {
    const grown = volumeP(law, 420, 400);
    expect(grown).toBeGreaterThan(0.5);
    expect(volumeP(law, 900, 200)).toBeLessThan(1e-4);
    // Of too few it is not asked.
    expect(volumeP(law, 60, 60)).toBe(volumeP(law, 60, 300));
  });
});
