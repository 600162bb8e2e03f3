import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, createBinLookup } from './bin-lookup.ts';
import { numericEdges } from './binning.ts';
import {
  binNumbers,
  createTailBins,
  orderOfBins,
  outerCell,
  tailBinOf,
  tailBounds,
  tailSize,
  tailValue,
} from './tail-bins.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const special = fc.constantFrom(
  0,
  -0,
  5e-324,
  -5e-324,
  2 ** -1022,
  -(2 ** -1022),
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  1,
  1 + 2 ** -52,
);
const value = fc.oneof(finite, special, fc.integer({ min: -20, max: 20 }));
const edgeLists = fc
  .array(value, { minLength: 1, maxLength: 40 })
  .map(list => numericEdges(Float64Array.from(list)));

/** Every sub-bin that holds `x`, by the definition: the near end belongs to it, the edge and the far end do not. */
function holders(edges: readonly number[], x: number): number[] {
  const tails = createTailBins(edges)!;
  const [first, last] = [edges[0]!, edges.at(-1)!];
  return Array.from({ length: 2 * tailSize }, (_, i) => edges.length + 1 + i).filter(bin => {
    const { low, high } = tailBounds(tails, bin);
    if (bin <= edges.length + tailSize) return x < first && low < x && x <= high;
    return x > last && low <= x && x < high;
  });
}

describe('tail bins', () => {
  it('hold every finite double outside the range exactly once, within their bounds', () => {
    fc.assert(
      fc.property(edgeLists, fc.array(value, { minLength: 1, maxLength: 30 }), (edges, probes) => {
        const lookup = createBinLookup(edges);
        const tails = createTailBins(edges)!;
        const bounds = [...tails.below, ...tails.above].filter(Number.isFinite);
        for (const x of [...probes, ...bounds]) {
          const bin = binOf(lookup, x);
          if (bin > 0 && bin < edges.length) expect(holders(edges, x)).toEqual([]);
          else expect(holders(edges, x)).toEqual([tailBinOf(tails, x)]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never fall as values move outwards, and mirror each other', () => {
    const edges = [-3, 0.5, 3];
    const tails = createTailBins(edges)!;
    const distance = fc.double({ min: 1e-9, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(distance, distance, (a, b) => {
        const [near, far] = [3 + Math.min(a, b), 3 + Math.max(a, b)];
        expect(tailBinOf(tails, far)).toBeGreaterThanOrEqual(tailBinOf(tails, near));
        if (near > 3) expect(tailBinOf(tails, -near)).toBe(tailBinOf(tails, near) - tailSize);
      }),
    );
  });

  it('are at most a quarter of their distance wide, from a 64th of the scale to the open end', () => {
    const edges = [10, 14, 18];
    const tails = createTailBins(edges)!;
    expect(tailBounds(tails, 4 + tailSize)).toEqual({ low: 18, high: 18 + 8 / 64 });
    expect(tailBounds(tails, 4)).toEqual({ low: 10 - 8 / 64, high: 10 });
    for (let j = 1; j < tailSize - 1; j++) {
      const { low, high } = tailBounds(tails, 4 + tailSize + j);
      expect((high - low) / (low - 18)).toBeLessThanOrEqual(0.25 + 1e-12);
      expect((high - low) / (low - 18)).toBeGreaterThanOrEqual(1 / 7 - 1e-12);
    }
    expect(tailBounds(tails, 4 + 2 * tailSize - 1)).toEqual({ low: 18 + 768 * 8, high: Infinity });
    expect(tailBounds(tails, 4 + tailSize - 1)).toEqual({ low: -Infinity, high: 10 - 768 * 8 });
  });

  it('of a constant column still tell how far away a value is', () => {
    const tails = createTailBins(numericEdges(Float64Array.of(5)))!;
    const bins = [5.0000001, 5.000001, 5.00001].map(x => tailBinOf(tails, x));
    expect(new Set(bins).size).toBe(3);
    expect([...bins].sort((a, b) => a - b)).toEqual(bins);
    const zero = createTailBins(numericEdges(Float64Array.of(0)))!;
    expect(tailBinOf(zero, 1e-323)).toBeLessThan(tailBinOf(zero, 1e-307));
  });

  it('collapse into the bin below or above the range, and are not there without a range', () => {
    fc.assert(
      fc.property(edgeLists, value, (edges, x) => {
        const bin = binOf(createBinLookup(edges), x);
        const k = edges.length;
        expect(outerCell(bin, k)).toBe(bin);
        if (bin === 0 || bin === k) expect(outerCell(tailBinOf(createTailBins(edges)!, x), k)).toBe(bin);
      }),
    );
    expect([createTailBins([]), createTailBins([4])]).toEqual([null, null]);
    expect([binNumbers(0), binNumbers(1), binNumbers(2)]).toEqual([1, 2, 131]);
  });

  it('come in increasing order of value', () => {
    fc.assert(
      fc.property(edgeLists, fc.uniqueArray(value, { minLength: 2, maxLength: 40 }), (edges, values) => {
        const lookup = createBinLookup(edges);
        const tails = createTailBins(edges)!;
        const codeOf = (x: number) => {
          const bin = binOf(lookup, x);
          return bin > 0 && bin < edges.length ? bin : tailBinOf(tails, x);
        };
        const sorted = values.slice().sort((a, b) => a - b);
        const inOrder = sorted.map(codeOf).filter((bin, i, all) => bin !== all[i - 1]);
        const bins = [...inOrder].sort((a, b) => a - b);
        expect(orderOfBins(bins, edges.length).map(i => bins[i])).toEqual(inOrder);
      }),
    );
  });

  it('are stood for by the mean of their values, kept within bounds', () => {
    const tails = createTailBins([0, 1])!;
    const bin = tailBinOf(tails, 2.3);
    expect(tailValue(tails, bin, { count: 2, sum: 4.7 })).toBeCloseTo(2.35, 12);
    expect(tailValue(tails, bin, { count: 2, sum: 4 })).toBe(2.25);
    expect(tailValue(tails, bin, { count: 2, sum: NaN })).toBe(2.375);
    expect(tailValue(tails, tailBinOf(tails, 1e308), { count: 9, sum: Infinity })).toBe(769);
    expect(tailValue(tails, tailBinOf(tails, -1e308), { count: 9, sum: -Infinity })).toBe(-768);
  });
});
