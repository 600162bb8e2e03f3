import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Binning, Profile } from '../domain/profile.ts';
import { plotBins } from './histogram.ts';

const profile = (counts: readonly number[], nMissing = 0): Profile => ({
  n: counts.reduce((a, b) => a + b, 0) + nMissing,
  nMissing,
  nNan: 0,
  nMismatch: 0,
  sum: 0,
  sum2: 0,
  tailSums: [],
  bins: counts.flatMap((c, i) => (c > 0 ? [i] : [])),
  counts: counts.filter(c => c > 0),
});
const numeric = (edges: readonly number[]): Binning => ({
  subject: 'feature:x',
  kind: 'numeric',
  edges,
  categories: [],
  centres: [],
});
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const edgesOf = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
    minLength: 1,
    maxLength: 300,
    comparator: 'SameValueZero',
  })
  .map(edges => edges.sort((a, b) => a - b));
const cases = edgesOf.chain(edges => {
  const counts = fc.array(fc.nat(1000), { minLength: edges.length + 1, maxLength: edges.length + 1 });
  return fc.tuple(fc.constant(edges), counts, counts);
});

describe('plotBins', () => {
  it('loses no row, keeps order, and stays within the plot', () => {
    fc.assert(
      fc.property(cases, ([edges, a, b]) => {
        // One edge alone: bin 0 below, bin 1 above; nothing lies between.
        const bins = plotBins(numeric(edges), profile(a, 3), profile(b));
        expect(bins.length).toBeLessThanOrEqual(60);
        const [ra, rb] = [profile(a, 3), profile(b)];
        expect(total(bins.map(x => x.reference))).toBeCloseTo(total(a) / ra.n, 9);
        if (rb.n > 0) expect(total(bins.map(x => x.current))).toBeCloseTo(1, 9);
        for (const [i, bin] of bins.entries()) {
          if (bin.low !== null && bin.high !== null) expect(bin.low).toBeLessThan(bin.high);
          if (i > 0 && bin.low !== null) expect(bins[i - 1]!.high).toBe(bin.low);
        }
      }),
    );
  });

  it('makes bars of about the same width out of equal-mass bins', () => {
    const edges = Array.from({ length: 1025 }, (_, i) => i ** 2 / 1000);
    const bins = plotBins(
      numeric(edges),
      profile([0, ...Array.from({ length: 1024 }, () => 5), 0]),
      profile([]),
    );
    const inner = bins.slice(1, -1).filter(bin => bin.low !== null && bin.high !== null);
    const widths = inner.map(bin => bin.high! - bin.low!);
    expect(bins.length).toBeGreaterThan(30);
    expect(Math.max(...widths.slice(1)) / Math.min(...widths.slice(1))).toBeLessThan(1.5);
  });

  it('keeps a far outlier from squeezing everything into one bar', () => {
    const edges = [...Array.from({ length: 1000 }, (_, i) => i / 1000), 1e9];
    const counts = [0, ...Array.from({ length: 999 }, () => 10), 1, 0];
    const bins = plotBins(numeric(edges), profile(counts), profile(counts));
    expect(Math.max(...bins.map(bin => bin.reference))).toBeLessThan(0.1);
  });

  it('shows what lies outside of the reference range', () => {
    const bins = plotBins(numeric([0, 1, 2]), profile([0, 5, 5, 0]), profile([1, 4, 4, 1]));
    expect(bins.map(bin => bin.label)).toEqual(['below 0', '0 to 1', '1 to 2', 'above 2']);
    expect(bins.map(bin => bin.current)).toEqual([0.1, 0.4, 0.4, 0.1]);
    const sub = {
      ...profile([0, 4, 4, 0]),
      n: 10,
      bins: [1, 2, 50, 100],
      counts: [4, 4, 1, 1],
      tailSums: [-9, 40],
    };
    expect(plotBins(numeric([0, 1, 2]), profile([0, 5, 5, 0]), sub)).toEqual(bins);
  });

  it('ranks categories, adds up the rest and what the baseline does not list', () => {
    const categories = Array.from({ length: 50 }, (_, i) => `c${i}`);
    const binning: Binning = {
      subject: 'feature:c',
      kind: 'categorical',
      edges: [],
      categories,
      centres: [],
    };
    const reference = profile([...categories.map((_, i) => i + 1), 0]);
    const current = profile([...categories.map(() => 1), 50]);
    const bins = plotBins(binning, reference, current);
    expect(bins).toHaveLength(42);
    expect(bins[0]!.label).toBe('c49');
    expect(bins.at(-2)!.label).toBe('10 others');
    expect(bins.at(-1)).toMatchObject({ label: 'not listed', reference: 0, current: 0.5 });
    expect(total(bins.map(bin => bin.reference))).toBeCloseTo(1, 9);
    expect(total(bins.map(bin => bin.current))).toBeCloseTo(1, 9);
  });

  it('copes with an empty side', () => {
    expect(plotBins(numeric([]), profile([]), profile([]))).toEqual([]);
    expect(plotBins(numeric([1, 2]), profile([0, 0, 0]), profile([]))).toHaveLength(1);
  });
});
