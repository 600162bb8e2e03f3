import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, createBinLookup } from './bin-lookup.ts';
import { numericEdges } from './binning.ts';
import { quantileOfBins } from './quantiles.ts';
import { createTailBins, tailBinOf } from './tail-bins.ts';

describe('quantileOfBins', () => {
  it('lies within one bin of the exact quantile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const edges = numericEdges(Float64Array.from(values), 10);
          const lookup = createBinLookup(edges);
          const counts = new Map<number, number>();
          for (const x of values) counts.set(binOf(lookup, x), (counts.get(binOf(lookup, x)) ?? 0) + 1);
          const bins = [...counts.keys()].sort((a, b) => a - b);
          const answer = quantileOfBins(edges, { bins, counts: bins.map(bin => counts.get(bin)!) }, q);
          const exact = values.slice().sort((a, b) => a - b)[
            Math.max(0, Math.ceil(q * values.length - 1e-9) - 1)
          ]!;
          const bin = binOf(lookup, exact);
          expect(answer).toBeGreaterThanOrEqual(edges[bin - 1]! - 1e-9);
          expect(answer).toBeLessThanOrEqual(edges[bin]! + 1e-9);
        },
      ),
    );
  });

  it('is the mean of a sub-bin beyond the range, in increasing order of value', () => {
    const tails = createTailBins([0, 10])!;
    const held = new Map(
      [
        [-400, 3],
        [-20, 2],
        [30, 1],
        [9000, 4],
      ].map(([x, n]) => [tailBinOf(tails, x!), { x: x!, n: n! }]),
    );
    const bins = [...held.keys()].sort((a, b) => a - b);
    const counts = [10, ...bins.map(bin => held.get(bin)!.n)];
    const tailSums = bins.map(bin => held.get(bin)!.n * held.get(bin)!.x);
    const at = (q: number) => quantileOfBins([0, 10], { bins: [1, ...bins], counts, tailSums }, q);
    expect([0, 0.1, 0.2, 0.25, 0.5, 0.78, 0.9, 1].map(at)).toEqual([-400, -400, -20, -20, 5, 30, 9000, 9000]);
  });

  it('answers the end of the range for values beyond it, and NaN for none', () => {
    expect(quantileOfBins([1, 2], { bins: [0, 2], counts: [1, 1] }, 0.1)).toBe(1);
    expect(quantileOfBins([1, 2], { bins: [0, 2], counts: [1, 1] }, 0.9)).toBe(2);
    expect(quantileOfBins([1, 2], { bins: [], counts: [] }, 0.5)).toBeNaN();
  });
});
