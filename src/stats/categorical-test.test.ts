import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectTest } from '../../test/golden/expect-test.ts';
import { loadGolden } from '../../test/golden/load.ts';
import { categoricalTest } from './categorical-test.ts';
import type { TestResult } from './combine.ts';
import { fisherTwoSided } from './fisher.ts';

const golden = loadGolden<{ cur: number[]; ref: number[] }, { test: TestResult }>('categorical');

const rowsOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
const count = fc.oneof(fc.nat(5), fc.nat(60), fc.constant(0), fc.nat(10_000_000));
const pairs = fc
  .integer({ min: 1, max: 60 })
  .chain(size =>
    fc.tuple(
      fc.array(count, { minLength: size, maxLength: size }),
      fc.array(count, { minLength: size, maxLength: size }),
    ),
  );

/** Equal up to rounding, which grows with the distance from 1 and with the number of rows. */
function expectSame(a: number, b: number): void {
  if (Math.min(a, b) < 1e-290) expect(Math.max(a, b)).toBeLessThan(1e-280);
  else expect(Math.abs(Math.log(a / b))).toBeLessThan(1e-6 * (1 - Math.log(a)));
}

describe('golden cases', () => {
  test('there are some', () => expect(golden.length).toBeGreaterThan(8));
  test.each(golden)('$name', ({ input, output }) => {
    expectTest(categoricalTest(input.cur, input.ref), output.test, rowsOf([...input.cur, ...input.ref]));
  });
});

describe('laws of the categorical test', () => {
  test('every p lies in (0, 1], for any counts', () => {
    fc.assert(
      fc.property(pairs, ([current, reference]) => {
        const { p, by, components } = categoricalTest(current, reference);
        for (const value of [p, ...Object.values(components)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(p).toBeGreaterThanOrEqual(1e-300);
        expect(by === null).toBe(Object.keys(components).length === 0);
      }),
      { numRuns: 500 },
    );
  });

  test('the same shares in both samples show nothing', () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (counts, times) => {
          expect(
            categoricalTest(
              counts,
              counts.map(value => value * times),
            ).p,
          ).toBe(1);
        },
      ),
    );
  });

  test('empty categories change nothing', () => {
    fc.assert(
      fc.property(pairs, fc.nat(60), ([current, reference], at) => {
        const widened = (counts: number[]) => [0, ...counts.slice(0, at), 0, 0, ...counts.slice(at), 0];
        expect(categoricalTest(widened(current), widened(reference))).toEqual(
          categoricalTest(current, reference),
        );
      }),
    );
  });

  test('which sample is the reference does not matter', () => {
    fc.assert(
      fc.property(pairs, ([current, reference]) => {
        const there = categoricalTest(current, reference);
        const back = categoricalTest(reference, current);
        expectSame(there.p, back.p);
        expect(Object.keys(back.components)).toEqual(Object.keys(there.components));
      }),
    );
  });

  test('the order of the categories does not matter when no two are equally common', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 3, maxLength: 40 }),
        totals => {
          const current = totals.map((total, k) => (k % 3 === 0 ? total : Math.floor(total / 2)));
          const reference = totals.map((total, k) => total - current[k]!);
          const there = categoricalTest(current, reference);
          const back = categoricalTest([...current].reverse(), [...reference].reverse());
          expect(back).toEqual(there);
        },
      ),
    );
  });

  test("two categories are Fisher's exact test", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), fc.nat(200), fc.nat(200), (a, b, c, d) => {
        fc.pre(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
        const { p, by } = categoricalTest([a, b], [c, d]);
        expectSame(p, fisherTwoSided(a, c, a + b, c + d));
        expect(by).toBe('cell');
      }),
    );
  });
});

describe('what cannot be judged is not judged', () => {
  const nothing = { p: 1, by: null, components: {} };
  test.each([
    ['no categories', [], []],
    ['no rows at all', [0, 0], [0, 0]],
    ['an empty window', [0, 0], [10, 20]],
    ['an empty baseline', [10, 20], [0, 0]],
    ['one category only', [100, 0], [5000, 0]],
  ])('%s', (_, current, reference) => {
    expect(categoricalTest(current, reference)).toEqual(nothing);
  });
});

describe('what is found', () => {
  const even = Array.from({ length: 20 }, () => 1000);

  test('a new category by its cell', () => {
    const found = categoricalTest([...even.map(value => value / 20), 12], [...even, 0]);
    expect(found.by).toBe('cell');
    expect(found.p).toBeLessThan(1e-10);
  });

  test('many small changes by the deviance', () => {
    const found = categoricalTest(
      even.map((_, k) => (k % 2 === 0 ? 60 : 40)),
      even,
    );
    expect(found.by).toBe('omnibus');
    expect(found.p).toBeLessThan(found.components['cell']!);
  });

  test('two merged cells are tested exactly', () => {
    // 500 rows of one category, and 3 single rows that are too few to stand alone.
    const { components } = categoricalTest([200, 5, 5, 5], [300, 1, 1, 1]);
    expectSame(components['omnibus']!, fisherTwoSided(200, 300, 215, 303));
  });
});
