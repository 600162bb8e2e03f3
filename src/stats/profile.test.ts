import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addProfiles,
  type Counts,
  codeAbsent,
  codeMismatch,
  codeMissing,
  codeNan,
  createTally,
  emptyProfile,
} from './profile.ts';

const bins = 40;
/** Bins from here on are sub-bins. */
const tails = 30;
const row = fc.tuple(
  fc.oneof(
    fc.integer({ min: 0, max: bins - 1 }),
    fc.constantFrom(codeMissing, codeNan, codeMismatch, codeAbsent),
  ),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
const rows = fc.array(row, { maxLength: 120 });
const tally = createTally();

function profileOf(list: readonly (readonly [number, number])[]): Counts {
  const codes = Uint16Array.from(list, ([code]) => code);
  const values = Float64Array.from(list, ([code, value]) => (code < bins ? value : 0));
  return tally({ codes, values, bins, tails }, Uint32Array.from(list.keys()), { from: 0, to: list.length });
}

function expectSame(a: Counts, b: Counts, scale: number): void {
  const exact = (p: Counts) => ({ ...p, sum: 0, sum2: 0, tailSums: p.tailSums.length });
  expect(exact(a)).toEqual(exact(b));
  a.tailSums.forEach((tail, i) => {
    expect(Math.abs(tail - b.tailSums[i]!)).toBeLessThanOrEqual(1e-12 * (1 + scale * 1e6));
  });
  expect(Math.abs(a.sum - b.sum)).toBeLessThanOrEqual(1e-12 * (1 + scale * 1e6));
  expect(Math.abs(a.sum2 - b.sum2)).toBeLessThanOrEqual(1e-12 * (1 + b.sum2));
}

describe('profiles', () => {
  it('of two sets of rows add up to the profile of both', () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        expectSame(addProfiles(profileOf(a), profileOf(b)), profileOf([...a, ...b]), a.length + b.length);
      }),
    );
  });

  it('add in any order and grouping, with the empty profile as neutral element', () => {
    fc.assert(
      fc.property(rows, rows, rows, (x, y, z) => {
        const [a, b, c] = [profileOf(x), profileOf(y), profileOf(z)];
        expect(addProfiles(a, b)).toEqual(addProfiles(b, a));
        expect(addProfiles(a, emptyProfile)).toEqual(a);
        expectSame(addProfiles(addProfiles(a, b), c), addProfiles(a, addProfiles(b, c)), 360);
      }),
    );
  });

  it('count every row that could have had a value, in increasing bins without empty ones', () => {
    fc.assert(
      fc.property(rows, list => {
        const p = profileOf(list);
        expect(p.n).toBe(list.filter(([code]) => code !== codeAbsent).length);
        expect(p.n).toBe(p.counts.reduce((s, c) => s + c, 0) + p.nMissing + p.nNan + p.nMismatch);
        expect(p.bins).toEqual([...new Set(p.bins)].sort((a, b) => a - b));
        expect(p.counts.every(count => count > 0)).toBe(true);
        for (const [i, bin] of p.bins.entries())
          expect(p.counts[i]).toBe(list.filter(([code]) => code === bin).length);
        const used = p.bins.filter(bin => bin >= tails);
        expect(p.tailSums.length).toBe(used.length);
        for (const [i, bin] of used.entries()) {
          const values = list.filter(([code]) => code === bin).map(([, value]) => value);
          expect(p.tailSums[i]).toBe(values.reduce((sum, value) => sum + value, 0));
        }
      }),
    );
  });

  it('take only the rows asked for, in the order given', () => {
    const column = {
      codes: Uint16Array.of(1, 2, 3, 1),
      values: Float64Array.of(1, 2, 3, 1),
      bins: 900,
      tails: 3,
    };
    const p = tally(column, Uint32Array.of(3, 0, 2, 1), { from: 0, to: 3 });
    const expected = { ...emptyProfile, n: 3, sum: 5, sum2: 11, bins: [1, 3], counts: [2, 1], tailSums: [3] };
    expect(p).toEqual(expected);
    expect(tally(column, Uint32Array.of(2), { from: 0, to: 1 }).tailSums).toEqual([3]);
  });
});
