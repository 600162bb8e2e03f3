import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, createBinLookup } from './bin-lookup.ts';
import { binCentres, edgesOfQuantiles, keptCategories, numericEdges } from './binning.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const special = fc.constantFrom(
  0,
  -0,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  1,
  1 + 2 ** -52,
);
const value = fc.oneof(finite, special, fc.integer({ min: -20, max: 20 }));
const sample = fc.array(value, { minLength: 1, maxLength: 300 }).map(list => Float64Array.from(list));

/** The definition of domain `Binning`, edge by edge. */
function binByDefinition(edges: readonly number[], x: number): number[] {
  const k = edges.length;
  if (k === 0) return [0];
  const bins: number[] = [];
  if (x < edges[0]!) bins.push(0);
  for (let i = 1; i < k; i++) {
    const closed = i === k - 1 && x === edges[i];
    if (x >= edges[i - 1]! && (x < edges[i]! || closed)) bins.push(i);
  }
  if (x > edges[k - 1]!) bins.push(k);
  return bins;
}

describe('numericEdges', () => {
  it('gives strictly increasing edges over the whole range of the reference', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 40 }), (values, most) => {
        const edges = numericEdges(values, most);
        for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
        const bins = [...values].map(x => binOf(createBinLookup(edges), x));
        expect(Math.min(...bins)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...bins)).toBeLessThan(edges.length);
        expect(edges.length - 1).toBeLessThanOrEqual(Math.max(1, most));
      }),
    );
  });

  it('gives every distinct value a bin of its own when there are few', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 200 }),
        values => {
          const lookup = createBinLookup(numericEdges(Float64Array.from(values)));
          expect(new Set(values.map(x => binOf(lookup, x))).size).toBe(values.length);
        },
      ),
    );
  });

  it('does not depend on the order of the rows, and leaves the sample alone', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 2, max: 40 }), (values, most) => {
        const before = values.slice();
        const edges = numericEdges(values, most);
        expect(values).toEqual(before);
        expect(numericEdges(values.slice().reverse(), most)).toEqual(edges);
      }),
    );
  });

  it('cuts equal mass: no bin of a continuous sample is twice as heavy as its share', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => Math.exp(Math.sin(i * 12.9898) * 5));
    const edges = numericEdges(values);
    const lookup = createBinLookup(edges);
    const counts = new Map<number, number>();
    for (const x of values) counts.set(binOf(lookup, x), (counts.get(binOf(lookup, x)) ?? 0) + 1);
    expect(edges.length - 1).toBeGreaterThan(1000);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(2 * Math.ceil(50_000 / 1024));
  });

  it('keeps a heavy value apart from its neighbours, also at the ends of the range', () => {
    for (const heavy of [0, 0.5, 1]) {
      const values = Float64Array.from({ length: 9000 }, (_, i) => (i % 3 === 0 ? heavy : i / 9000));
      const lookup = createBinLookup(numericEdges(values));
      const atom = binOf(lookup, heavy);
      expect(values.filter(x => binOf(lookup, x) === atom && x !== heavy).length).toBe(0);
    }
  });

  it('has an answer for nothing, for one value and for values that are no numbers', () => {
    expect(numericEdges(new Float64Array())).toEqual([]);
    expect(numericEdges(Float64Array.of(NaN, Infinity, -Infinity))).toEqual([]);
    for (const x of [0, 7, -7, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE])
      expect(binOf(createBinLookup(numericEdges(Float64Array.of(x, x, NaN))), x)).toBe(1);
  });
});

describe('edgesOfQuantiles', () => {
  it('is strictly increasing over the whole range, whatever the quantiles', () => {
    fc.assert(
      fc.property(sample, quantiles => {
        const edges = edgesOfQuantiles(quantiles);
        for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
        const lookup = createBinLookup(edges);
        for (const x of quantiles) {
          expect(binOf(lookup, x)).toBeGreaterThanOrEqual(1);
          expect(binOf(lookup, x)).toBeLessThan(edges.length);
        }
      }),
    );
  });

  it('cuts equal mass, and parts a value that holds more from its neighbours', () => {
    const values = Array.from({ length: 4000 }, (_, i) => (i % 4 === 0 ? 7 : Math.sin(i * 12.9898) * 30));
    const sorted = values.slice().sort((a, b) => a - b);
    const edges = edgesOfQuantiles(Array.from({ length: 21 }, (_, i) => sorted[Math.min(3999, i * 200)]!));
    const lookup = createBinLookup(edges);
    const counts = new Map<number, number>();
    for (const x of values) counts.set(binOf(lookup, x), (counts.get(binOf(lookup, x)) ?? 0) + 1);
    const atom = binOf(lookup, 7);
    expect(counts.get(atom)).toBe(1000);
    counts.delete(atom);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(202);
    expect(edges.length - 1).toBeGreaterThanOrEqual(16);
  });

  it('has an answer for nothing and for one value', () => {
    expect(edgesOfQuantiles([])).toEqual([]);
    expect(edgesOfQuantiles([NaN, Infinity])).toEqual([]);
    expect(edgesOfQuantiles([4, 4, 4])).toEqual(numericEdges(Float64Array.of(4)));
    expect(edgesOfQuantiles([1, Number.MAX_VALUE, Number.MAX_VALUE])).toEqual([1, Number.MAX_VALUE]);
  });
});

describe('binCentres', () => {
  it('gives the mean of the values of each bin, within the bin', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 40 }), (values, most) => {
        const edges = numericEdges(values, most);
        const lookup = createBinLookup(edges);
        const centres = binCentres(edges, values);
        expect(centres.length).toBe(edges.length - 1);
        for (const [i, centre] of centres.entries()) {
          const held = values.filter(x => binOf(lookup, x) === i + 1);
          const scale = Math.max(...held.map(Math.abs));
          // Rounding must not push the sum of the largest doubles over the edge.
          const sum = held.reduce((all, x) => all + x / held.length, 0);
          const mean = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, sum));
          if (held.length > 0) expect(Math.abs(centre - mean)).toBeLessThanOrEqual(1e-12 * scale + 5e-322);
          expect(binOf(lookup, centre)).toBe(i + 1);
        }
        expect(binCentres(edges, values.slice().reverse())).toEqual(centres);
      }),
    );
  });

  it('is exact where a bin holds one value', () => {
    const few = fc.array(fc.constantFrom(0.1, 0.2, 0.3, -0, 7e300, -1e-310), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(few, list => {
        const values = Float64Array.from(list);
        const distinct = [...new Set(list)].sort((a, b) => a - b).map(x => x + 0);
        expect(binCentres(numericEdges(values), values)).toEqual(distinct);
      }),
    );
    expect(binCentres([], Float64Array.of(1, 2))).toEqual([]);
    expect(binCentres([0, 2, 4], Float64Array.of(1))).toEqual([1, 3]);
  });
});

describe('binOf', () => {
  it('puts every finite double into exactly the bin of the definition', () => {
    fc.assert(
      fc.property(
        sample,
        fc.array(value, { minLength: 1 }),
        fc.integer({ min: 1, max: 30 }),
        (values, probes, most) => {
          const edges = numericEdges(values, most);
          const lookup = createBinLookup(edges);
          for (const x of [...probes, ...edges, ...values])
            expect([binOf(lookup, x)]).toEqual(binByDefinition(edges, x));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is right for skewed edges and for none', () => {
    const edges = Array.from({ length: 1025 }, (_, i) => 1.9 ** (i - 500));
    const lookup = createBinLookup(edges);
    for (let i = 0; i < 3000; i++) {
      const x = 1.9 ** ((i * 0.618) % 1100) / 1.9 ** 520;
      expect([binOf(lookup, x)]).toEqual(binByDefinition(edges, x));
    }
    expect(binOf(createBinLookup([]), -3)).toBe(0);
  });
});

describe('keptCategories', () => {
  it('keeps the most frequent, whatever the order of the rows', () => {
    const counts = fc.uniqueArray(fc.tuple(fc.string(), fc.integer({ min: 1, max: 5 })), {
      selector: c => c[0],
    });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5 }), (pairs, most) => {
        const kept = keptCategories(new Map(pairs), most);
        expect(keptCategories(new Map(pairs.slice().reverse()), most)).toEqual(kept);
        expect(kept.length).toBe(Math.min(most, pairs.length));
        const least = Math.min(...kept.map(name => new Map(pairs).get(name)!));
        for (const [name, count] of pairs) if (!kept.includes(name)) expect(count).toBeLessThanOrEqual(least);
      }),
    );
  });
});
