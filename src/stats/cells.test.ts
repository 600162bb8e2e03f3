import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOf, createBinLookup } from './bin-lookup.ts';
import { binCentres, numericEdges } from './binning.ts';
import { type CellShape, categoryCounts, cellsOf, orderedCounts } from './cells.ts';
import { addProfiles, type Counts, createTally, emptyProfile } from './profile.ts';
import { binNumbers, createTailBins, tailBinOf } from './tail-bins.ts';

const tally = createTally();
const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 60 });
const reference = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 60 });

function shapeOf(sample: readonly number[], most: number): CellShape {
  const list = Float64Array.from(sample);
  const edges = numericEdges(list, most);
  return { kind: 'numeric', edges, categories: [], centres: binCentres(edges, list) };
}

function profileOf({ edges }: CellShape, list: readonly number[]): Counts {
  const lookup = createBinLookup(edges);
  const tails = createTailBins(edges)!;
  const codes = Uint16Array.from(list, x => {
    const bin = binOf(lookup, x);
    return bin > 0 && bin < edges.length ? bin : tailBinOf(tails, x);
  });
  const column = {
    codes,
    values: Float64Array.from(list),
    bins: binNumbers(edges.length),
    tails: edges.length + 1,
  };
  return tally(column, Uint32Array.from(list.keys()), { from: 0, to: list.length });
}

/** A profile as it was stored before there were sub-bins. */
function collapsed({ edges }: CellShape, profile: Counts): Counts {
  const cells = orderedCounts({ edges }, profile);
  const bins = [...cells.keys()].filter(bin => cells[bin]! > 0);
  return { ...profile, bins, counts: bins.map(bin => cells[bin]!), tailSums: [] };
}

const sum = (list: ArrayLike<number>) => Array.from(list).reduce((a, b) => a + b, 0);

describe('cellsOf', () => {
  it('loses no row, keeps the order of values, and the mean of either side is that of its rows', () => {
    fc.assert(
      fc.property(reference, values, fc.integer({ min: 1, max: 30 }), (sample, now, most) => {
        const shape = shapeOf(sample, most);
        const then = profileOf(shape, sample);
        const pair = cellsOf(shape, then, profileOf(shape, now));
        const of = pair.valuesReference ?? pair.values;
        expect([sum(pair.reference), sum(pair.current)]).toEqual([sample.length, now.length]);
        expect(pair.current.length).toBe(pair.values.length);
        for (let i = 1; i < pair.values.length; i++) {
          expect(pair.values[i]!).toBeGreaterThanOrEqual(pair.values[i - 1]!);
          expect(of[i]!).toBeGreaterThanOrEqual(of[i - 1]!);
        }
        const mean = sum(Array.from(of, (x, i) => x * pair.reference[i]!)) / sample.length;
        expect(mean).toBeCloseTo(then.sum / sample.length, 9);
        // What lies beyond the range is known by its sums, so it is exact too.
        const [low, high] = [Math.min(...sample), Math.max(...sample)];
        const beyond = now.filter(x => x < low || x > high);
        const found = Array.from(pair.values, (x, i) => (x < low || x > high ? x * pair.current[i]! : 0));
        expect(sum(found)).toBeCloseTo(sum(beyond), 7);
      }),
    );
  });

  it('gives the cells of a sum as the sum of the cells, old and new profiles alike', () => {
    fc.assert(
      fc.property(reference, values, values, (sample, a, b) => {
        const shape = shapeOf(sample, 8);
        const [one, two] = [profileOf(shape, a), collapsed(shape, profileOf(shape, b))];
        const then = profileOf(shape, sample);
        const both = cellsOf(shape, then, addProfiles(one, two));
        expect(sum(both.current)).toBe(a.length + b.length);
        for (let i = 1; i < both.values.length; i++)
          expect(both.values[i]!).toBeGreaterThanOrEqual(both.values[i - 1]!);
        const cells = orderedCounts(shape, profileOf(shape, [...a, ...b]));
        expect(orderedCounts(shape, addProfiles(one, two))).toEqual(cells);
      }),
    );
  });

  it('lets each side have its own mean beyond the range', () => {
    const shape = shapeOf([0, 1], 2);
    const pair = cellsOf(shape, profileOf(shape, [0, 1, 9.2]), profileOf(shape, [10.1, 10.3, -50]));
    expect([...(pair.values as Float64Array)]).toEqual([-50, 0, 1, 10.2]);
    expect([...(pair.valuesReference as Float64Array)]).toEqual([-50, 0, 1, 9.2]);
    expect([...(pair.reference as Float64Array)]).toEqual([0, 1, 1, 1]);
  });

  it('takes the middle of bins whose mean was not kept, and the edges for what has no sum', () => {
    const shape = { kind: 'numeric', edges: [0, 2, 4], categories: [], centres: [] } as const;
    const old = { ...emptyProfile, n: 6, nMissing: 2, bins: [0, 1, 3], counts: [1, 2, 1] };
    const pair = cellsOf(shape, emptyProfile, old);
    expect([...(pair.values as Float64Array)]).toEqual([0, 1, 3, 4]);
    expect([...(pair.current as Float64Array)]).toEqual([1, 2, 0, 1]);
    expect([pair.currentMissing, pair.referenceMissing, pair.valuesReference]).toEqual([2, 0, undefined]);
  });

  it('gives categories in their order and the others last; one bin where nothing is cut', () => {
    const shape = { kind: 'categorical', edges: [], categories: ['a', 'b'], centres: [] } as const;
    const profile = { ...emptyProfile, n: 9, nMissing: 3, bins: [1, 2], counts: [4, 2] };
    const pair = cellsOf(shape, emptyProfile, profile);
    expect([...(pair.current as Float64Array)]).toEqual([0, 4, 2]);
    expect(pair).toMatchObject({ kind: 'categorical', values: [], currentMissing: 3 });
    const uncut = { kind: 'numeric', edges: [], categories: [], centres: [] } as const;
    const whole = cellsOf(uncut, emptyProfile, { ...emptyProfile, n: 5, bins: [0], counts: [5] });
    expect([...(whole.current as Float64Array)]).toEqual([5]);
    expect([...categoryCounts({ categories: [] }, { bins: [0], counts: [3] })]).toEqual([3]);
  });
});
