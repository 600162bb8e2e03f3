import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectTest } from '../../test/golden/expect-test.ts';
import { loadGolden } from '../../test/golden/load.ts';
import type { TestResult } from './combine.ts';
import { numericTest, numericWeights, upwardTest } from './numeric-test.ts';

interface Input {
  readonly cur: number[];
  readonly ref: number[];
  readonly cur_null: number;
  readonly ref_null: number;
}

const golden = loadGolden<Input, { test: TestResult }>('numeric');

const rowsOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** Counts of two samples in the same cells: few or many rows, holes, a dominant cell now and then. */
const count = fc.oneof(
  { weight: 3, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(10_000_000) },
);
const pairsOf = (cell: fc.Arbitrary<number>) =>
  fc
    .array(fc.tuple(cell, cell), { minLength: 1, maxLength: 40 })
    .map(cells => [cells.map(([c]) => c), cells.map(([, r]) => r)] as const);
const pairs = pairsOf(count);
/** Counts of which no sample is more than a hundred thousand times the other. */
const ordinaryPairs = pairsOf(fc.oneof(fc.nat(60), fc.constant(0), fc.nat(2000)));
const missing = fc.record({ current: fc.nat(500), reference: fc.nat(500) });

function expectValid(result: TestResult): void {
  for (const p of [result.p, ...Object.values(result.components)]) {
    expect(p).toBeGreaterThanOrEqual(0);
    expect(p).toBeLessThanOrEqual(1);
  }
  expect(result.p).toBeGreaterThanOrEqual(1e-300);
  expect(result.by === null).toBe(Object.keys(result.components).length === 0);
}

/** Equal up to rounding, and to what the last step of Newton's method (under 1e-10) leaves in the exponent. */
function expectSame(a: number, b: number, rows: number): void {
  // So far out Newton's method may fail in one of the two ways to write the same thing.
  if (Math.min(a, b) < 1e-24) expect(Math.max(a, b)).toBeLessThan(1e-10);
  else expect(Math.abs(Math.log(a / b))).toBeLessThan(1e-6 * (1 - Math.log(b)) + 4e-10 * rows);
}

describe('golden cases', () => {
  test('there are some', () => expect(golden.length).toBeGreaterThan(20));
  test.each(golden)('$name', ({ input, output }) => {
    const rows = rowsOf([...input.cur, ...input.ref, input.cur_null, input.ref_null]);
    const found = numericTest(input.cur, input.ref, { current: input.cur_null, reference: input.ref_null });
    expectTest(found, output.test, rows);
  });
});

describe('laws of the numeric test', () => {
  test('every p lies in (0, 1], for any counts', () => {
    fc.assert(
      fc.property(pairs, missing, ([current, reference], none) => {
        expectValid(numericTest(current, reference, none));
        expectValid(upwardTest(current, reference));
      }),
      { numRuns: 500 },
    );
  });

  test('the same shares in both samples show nothing', () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (counts, times) => {
          const more = counts.map(value => value * times);
          expect(numericTest(counts, more, { current: 3, reference: 3 * times }).p).toBeGreaterThan(0.5);
          expect(numericTest(more, counts).p).toBeGreaterThan(0.5);
          expect(upwardTest(counts, more).p).toBeGreaterThan(0.4);
        },
      ),
    );
  });

  test('empty cells change nothing', () => {
    fc.assert(
      fc.property(pairs, fc.nat(40), ([current, reference], at) => {
        const widened = (counts: readonly number[]) => [
          0,
          ...counts.slice(0, at),
          0,
          0,
          ...counts.slice(at),
          0,
        ];
        expect(numericTest(widened(current), widened(reference))).toEqual(numericTest(current, reference));
        expect(upwardTest(widened(current), widened(reference))).toEqual(upwardTest(current, reference));
      }),
    );
  });

  test('ranks, a dominant value and missing values do not care which sample is the reference', () => {
    fc.assert(
      fc.property(ordinaryPairs, missing, ([current, reference], none) => {
        const there = numericTest(current, reference, none).components;
        const swapped = { current: none.reference, reference: none.current };
        const back = numericTest(reference, current, swapped).components;
        for (const name of ['z1', 'z2', 'z3', 'z4', 'atom', 'null']) {
          expect(back[name] === undefined).toBe(there[name] === undefined);
          if (there[name] !== undefined)
            expectSame(back[name]!, there[name], rowsOf([...current, ...reference]));
        }
      }),
    );
  });

  test('neither ranks nor tails care which end is up', () => {
    fc.assert(
      fc.property(ordinaryPairs, ([current, reference]) => {
        const there = numericTest(current, reference).components;
        const back = numericTest([...current].reverse(), [...reference].reverse()).components;
        for (const name of ['z1', 'z2', 'z3', 'z4', 'tail']) {
          expect(back[name] === undefined).toBe(there[name] === undefined);
          if (there[name] !== undefined)
            expectSame(back[name]!, there[name], rowsOf([...current, ...reference]));
        }
      }),
    );
  });

  test('p is the smallest component in proportion to its weight', () => {
    fc.assert(
      fc.property(pairs, missing, ([current, reference], none) => {
        const { p, by, components } = numericTest(current, reference, none);
        const names = Object.keys(components) as (keyof typeof numericWeights)[];
        const total = names.reduce((sum, name) => sum + numericWeights[name], 0);
        const weighted = names.map(name => (components[name]! * total) / numericWeights[name]);
        const expected = Math.min(1, Math.max(1e-300, Math.min(...weighted)));
        expect(p).toBe(names.length === 0 ? 1 : expected);
        expect(names.length === 0 ? null : names[weighted.indexOf(Math.min(...weighted))]).toBe(by);
      }),
    );
  });
});

describe('what cannot be judged is not judged', () => {
  const nothing = { p: 1, by: null, components: {} };
  test.each([
    ['no cells', [], []],
    ['no rows at all', [0, 0, 0], [0, 0, 0]],
    ['an empty window', [0, 0, 0], [10, 20, 30]],
    ['an empty baseline', [10, 20, 30], [0, 0, 0]],
    ['a constant column', [0, 100, 0], [0, 5000, 0]],
  ])('%s', (_, current, reference) => {
    expect(numericTest(current, reference)).toEqual(nothing);
    expect(upwardTest(current, reference)).toEqual(nothing);
  });

  test('a column with 99 % equal values is judged by the share of that value, not by its ranks', () => {
    const { components } = numericTest([0, 2, 495, 3, 0], [0, 25, 49_500, 475, 0]);
    expect(components['atom']).toBeDefined();
    expect(components['z1']).toBeUndefined();
  });

  test('an empty window of missing values alone is judged by these', () => {
    expect(numericTest([0, 0], [50, 50], { current: 60, reference: 1 }).by).toBe('null');
  });
});

describe('upward test', () => {
  const flat = [0, ...Array.from({ length: 16 }, () => 1000), 0];
  const shifted = (by: number) => flat.map((_, k) => (k === 0 || k === 17 ? 0 : 30 + by * (k - 8.5)));

  test('a rise is found, half as likely by chance as either direction; a fall is not', () => {
    const both = numericTest(shifted(1), flat);
    const up = upwardTest(shifted(1), flat);
    expect(both.by).toBe('z1');
    expect(up.components['z1']! / both.components['z1']!).toBeCloseTo(0.5, 9);
    expect(upwardTest(shifted(-1), flat).p).toBeGreaterThan(0.99);
  });

  test('rows above the range are found, with half the looks of both ends; rows below are not', () => {
    const above = [...flat.slice(0, 17).map(value => value / 20), 9];
    const both = numericTest(above, flat).components['tail']!;
    expect(upwardTest(above, flat).by).toBe('tail');
    expect(upwardTest(above, flat).components['tail']! / both).toBeCloseTo(0.5, 9);
    const below = upwardTest([...above].reverse(), flat);
    expect(below.components['tail']).toBeUndefined();
    expect(below.p).toBeGreaterThan(0.4);
  });
});
