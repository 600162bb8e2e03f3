import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';

const within = (expected: unknown, got: unknown, relative = 1e-9, absolute = 1e-12) =>
  compare({ key: 'k', expected, got }, () => ({ relative, absolute }));

describe('compare', () => {
  it.each([
    [1, 1 + 1e-10],
    [0, 1e-13],
    [1e-300, 1e-300 * (1 + 1e-10)],
    [Infinity, Infinity],
    [-Infinity, -Infinity],
    [Number.NaN, Number.NaN],
    [0, -0],
    [null, null],
    ['drift', 'drift'],
    [[], []],
    [[], new Float64Array(0)],
  ])('%j agrees with %j', (expected, got) => {
    expect(within(expected, got)).toEqual({ agreeing: 1, differences: [], missing: [] });
  });

  it.each([
    [1, 1 + 1e-8],
    [0, 1e-11],
    [1, Number.NaN],
    [Number.NaN, 1],
    [Infinity, 1e308],
    [1, null],
    [null, 0],
    [1, '1'],
    ['drift', 'stable'],
    [[], [1]],
    [[1], []],
    [[1, 2], 1],
    [{ a: 1 }, 1],
    [1, { a: 1 }],
  ])('%j does not agree with %j', (expected, got) => {
    expect(within(expected, got).differences).toHaveLength(1);
  });

  it('an absolute tolerance of 0 leaves tiny numbers to the relative one', () => {
    expect(within(1e-300, 2e-300, 1e-9, 0).differences).toEqual([
      { key: 'k', expected: 1e-300, got: 2e-300, relative: expect.closeTo(1, 9) as number },
    ]);
  });

  it('goes into lists and objects and names the place', () => {
    const found = compare(
      { key: '', expected: { a: [1, { b: 2 }], c: 3, d: { e: 4 } }, got: { a: [1, { b: 5 }], c: 3, x: 9 } },
      () => ({ relative: 0, absolute: 0 }),
    );
    expect(found).toEqual({
      agreeing: 2,
      differences: [{ key: 'a[1].b', expected: 2, got: 5, relative: 1.5 }],
      missing: ['d'],
    });
  });

  it('what an object inherits is no answer', () => {
    expect(
      compare({ key: '', expected: { toString: 1 }, got: {} }, () => ({ relative: 0, absolute: 0 })),
    ).toEqual({
      agreeing: 0,
      differences: [],
      missing: ['toString'],
    });
  });

  it('has no relative error where one side is no finite number', () => {
    expect(within(1, Infinity).differences[0]!.relative).toBeNull();
    expect(within(0, 1).differences[0]!.relative).toBeNull();
    expect(within('a', 1).differences[0]!.relative).toBeNull();
  });
});
