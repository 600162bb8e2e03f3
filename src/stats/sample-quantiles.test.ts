import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadVectors } from '../../test/vectors/load.ts';
import { type QuantileMethod, sampleQuantile, weightedQuantile } from './sample-quantiles.ts';

const methods: readonly QuantileMethod[] = ['linear', 'inverted_cdf', 'hazen', 'median_unbiased'];
const cases = loadVectors<{ x: number[]; weights: number[]; q: number[] }, Record<string, number[]>>(
  'quantiles',
);

it.each(cases.filter(each => each.kind === 'sample'))('$id $note', ({ inputs, expected }) => {
  const sorted = [...inputs.x].sort((a, b) => a - b);
  for (const method of methods) {
    inputs.q.forEach((q, i) => {
      const error = Math.abs(sampleQuantile(sorted, q, method) - expected[method]![i]!);
      expect(error, `${method} ${q}`).toBeLessThanOrEqual(
        Math.max(1e-12, 1e-10 * Math.abs(expected[method]![i]!)),
      );
    });
  }
});

it.each(cases.filter(each => each.kind === 'weighted'))('$id $note', ({ inputs, expected }) => {
  const found = inputs.q.map(q => weightedQuantile(inputs.x, inputs.weights, q));
  expect(found).toEqual(expected.inverted_cdf);
});

describe('laws', () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('quantiles lie within the sample, rise with q and end at its ends', () => {
    fc.assert(
      fc.property(values, share, share, (sample, a, b) => {
        const sorted = [...sample].sort((x, y) => x - y);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const method of methods) {
          expect(sampleQuantile(sorted, low, method)).toBeLessThanOrEqual(
            sampleQuantile(sorted, high, method) + 1e-9,
          );
          expect(sampleQuantile(sorted, 0, method)).toBe(sorted[0]);
          expect(sampleQuantile(sorted, 1, method)).toBe(sorted.at(-1));
        }
      }),
    );
  });

  it('whole weights stand for as many rows', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 64 }), (sample, k) => {
        const distinct = [...new Set(sample)];
        const weights = distinct.map(value => sample.filter(other => other === value).length);
        const sorted = [...sample].sort((x, y) => x - y);
        // Shares that a double holds exactly.
        expect(weightedQuantile(distinct, weights, k / 64)).toBe(
          sampleQuantile(sorted, k / 64, 'inverted_cdf'),
        );
      }),
    );
  });

  it('no value, no answer', () => {
    expect(sampleQuantile([], 0.5)).toBeNaN();
    expect(weightedQuantile([1, 2], [0, 0], 0.5)).toBeNaN();
  });
});
