import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hypergeometricSf } from './fisher.ts';
import { tailP, tailSets } from './tail-sets.ts';

const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(100_000)), {
  minLength: 1,
  maxLength: 40,
});
const rowsOf = (cells: readonly number[]) => cells.reduce((sum, count) => sum + count, 0);

test.each([
  ['no cells', [], []],
  ['an empty baseline', [0, 0, 0], []],
  [
    'one value',
    [0, 100, 0],
    [
      [-1, 1],
      [1, 1],
    ],
  ],
  ['no room outside', [500, 500], []],
  [
    'outside the range only',
    [0, 500, 500, 0],
    [
      [-1, 1],
      [1, 1],
    ],
  ],
  // 10,000 rows: 10.8 and 79.1 rows are allowed.
  [
    'three cuts',
    [0, 10, 69, 4921, 4921, 70, 9, 0],
    [
      [-1, 1],
      [-1, 2],
      [-1, 3],
      [1, 1],
      [1, 2],
      [1, 3],
    ],
  ],
  [
    'equal cuts are named once',
    [5, 4995, 4995, 5],
    [
      [-1, 1],
      [1, 1],
    ],
  ],
])('%s', (_, reference, expected) => {
  expect(tailSets(reference).map(set => [set.side, set.upTo])).toEqual(expected);
});

test('sets grow inwards, hold no more than their share and never all rows', () => {
  fc.assert(
    fc.property(counts, reference => {
      const rows = rowsOf(reference);
      const sets = tailSets(reference);
      for (const side of [-1, 1] as const) {
        const sizes = sets.filter(set => set.side === side).map(set => set.upTo);
        expect(sizes.length).toBeLessThanOrEqual(3);
        expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
        for (const size of sizes) {
          const held = rowsOf(side < 0 ? reference.slice(0, size) : reference.slice(-size));
          expect(held).toBeLessThanOrEqual(rows / 128 + 1);
          expect(held).toBeLessThan(rows);
        }
      }
    }),
  );
});

test('both ends are alike', () => {
  fc.assert(
    fc.property(counts, reference => {
      const turned = tailSets([...reference].reverse()).map(set => [-set.side, set.upTo]);
      expect([...turned].sort()).toEqual(
        tailSets(reference)
          .map(set => [set.side, set.upTo])
          .sort(),
      );
    }),
  );
});

test('a set that the baseline never had rows in is the hypergeometric tail, times the number of looks', () => {
  const current = [0, 50, 47, 3];
  const reference = [0, 500, 500, 0];
  const exact = hypergeometricSf(3, 3, 100, 1000);
  expect(tailP(current, reference, 'both')).toBe(6 * exact);
  expect(tailP(current, reference, 'up')).toBe(3 * exact);
  expect(tailP([3, 47, 50, 0], reference, 'up')).toBeNull();
  expect(tailP([0, 50, 50, 0], reference, 'both')).toBeNull();
});
