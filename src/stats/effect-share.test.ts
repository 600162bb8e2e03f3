import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { shareEffect } from './effect-share.ts';

interface Input {
  readonly cur: number[];
  readonly ref: number[];
  readonly cur_null: number;
  readonly ref_null: number;
}
interface Effect {
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
}
const cases = loadGolden<Input, { effect_null: Effect | null }>('numeric').filter(c => c.output.effect_null);

test.each(cases)('$name', ({ input, output }) => {
  const rows = (counts: number[], missing: number) => counts.reduce((sum, c) => sum + c, missing);
  const { cur, ref, cur_null, ref_null } = input;
  const found = shareEffect(cur_null, rows(cur, cur_null), ref_null, rows(ref, ref_null));
  const expected = output.effect_null!;
  expect(errorOf(found.estimate, expected.estimate)).toBeLessThan(1e-9);
  expect(errorOf(found.low, expected.lo)).toBeLessThan(1e-9);
  expect(errorOf(found.high, expected.hi)).toBeLessThan(1e-9);
});

test('all golden cases are there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(19);
});

test('an empty sample says nothing', () => {
  expect(shareEffect(0, 0, 3, 10)).toEqual({ estimate: 0, low: -1, high: 1 });
  expect(shareEffect(3, 10, 0, 0)).toEqual({ estimate: 0, low: -1, high: 1 });
});

const share = fc.integer({ min: 1, max: 1_000_000 }).chain(n => fc.tuple(fc.nat(n), fc.constant(n)));

test('laws: limits in [-1, 1] around the estimate; exchanging the samples turns the sign', () => {
  fc.assert(
    fc.property(share, share, ([c, n], [r, m]) => {
      const found = shareEffect(c, n, r, m);
      expect(found.low).toBeGreaterThanOrEqual(-1 - 1e-12);
      expect(found.low).toBeLessThanOrEqual(found.estimate);
      expect(found.high).toBeGreaterThanOrEqual(found.estimate);
      expect(found.high).toBeLessThanOrEqual(1 + 1e-12);
      const turned = shareEffect(r, m, c, n);
      expect(turned.estimate).toBeCloseTo(-found.estimate, 12);
      expect(turned.low).toBeCloseTo(-found.high, 12);
    }),
  );
});
