import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { alarmLevel } from './budget.ts';
import { quantileOfBins } from './quantiles.ts';
import { smallestDetectable, smallestRise } from './smallest-detectable.ts';
import { newcombe, wilson, z95 } from './wilson.ts';

test('the levels of one month add up to the budget', () => {
  const evaluations: [number, number][] = [
    [3600, 720],
    [21_600, 720],
    [86_400, 180],
    [604_800, 25.7],
  ];
  const expected = evaluations.reduce(
    (sum, [seconds, count]) => sum + 20 * count * alarmLevel(2, 20, seconds),
    0,
  );
  expect(expected).toBeCloseTo(2, 12);
});

test('levels are probabilities', () => {
  expect(alarmLevel(1e9, 1, 3600)).toBe(1);
  expect(alarmLevel(1, 0, 3600)).toBe(alarmLevel(1, 1, 3600));
});

test('smallest detectable share: worked values of the published rule', () => {
  expect(smallestDetectable(5000, 50_000, 2.8e-5)).toBeCloseTo(0.026971991587908632, 12);
  expect(smallestDetectable(0, 50_000, 1e-5)).toBe(1);
  expect(smallestDetectable(1, 1, 1e-12)).toBe(1);
  expect(smallestRise(0, 0.1, 10, 1e-5)).toBe(1);
  // The exact test finds 4 of 1,000 against none of 50,000 at 1e-6, and does not find 3.
  expect(Math.ceil(1000 * smallestRise(1000, 0, 50_000, 1e-6))).toBe(4);
  expect(smallestRise(1000, 0.3, 50_000, 1e-6)).toBeGreaterThan(smallestRise(1000, 0, 50_000, 1e-6));
});

test('more rows see smaller changes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 1e6 }), fc.integer({ min: 500, max: 1e6 }), (n, m) => {
      expect(smallestDetectable(2 * n, m, 1e-5)).toBeLessThanOrEqual(smallestDetectable(n, m, 1e-5));
    }),
  );
});

test('Wilson and Newcombe: published worked examples', () => {
  // Newcombe (1998): 81 of 263 -> 0.2553 to 0.3662; 56/70 - 48/80 -> 0.0524 to 0.3339.
  expect(wilson(81, 263, z95).low).toBeCloseTo(0.2553, 4);
  expect(wilson(81, 263, z95).high).toBeCloseTo(0.3662, 4);
  expect(newcombe(56, 70, 48, 80).low).toBeCloseTo(0.0524, 4);
  expect(newcombe(56, 70, 48, 80).high).toBeCloseTo(0.3339, 4);
  expect(wilson(0, 0, z95)).toEqual({ low: 0, high: 1 });
  expect(newcombe(0, 0, 1, 2)).toEqual({ low: -1, high: 1 });
});

interface Histogram {
  readonly edges: number[];
  readonly counts: number[];
  readonly q: number[];
}
const histograms = loadVectors<Histogram, { linear_in_bin: number[] }>('quantiles').filter(
  c => c.kind === 'histogram',
);

test('there are histogram vectors', () => expect(histograms).toHaveLength(4));

/** Without the empty bins and with the two open ones, as a profile holds it. */
function profileOf(counts: readonly number[]) {
  const used = counts.flatMap((count, i) => (count > 0 ? [{ bin: i + 1, count }] : []));
  return { bins: used.map(u => u.bin), counts: used.map(u => u.count) };
}

test.each(histograms)('quantiles of $id $note', ({ inputs, expected }) => {
  inputs.q.forEach((q, i) => {
    const value = expected.linear_in_bin[i]!;
    expect(errorOf(quantileOfBins(inputs.edges, profileOf(inputs.counts), q), value), `q ${q}`).toBeLessThan(
      1e-9,
    );
  });
});
