import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import {
  benjaminiHochbergAdjusted,
  benjaminiYekutieliAdjusted,
  bonferroniAdjusted,
  eBenjaminiHochberg,
  hochbergAdjusted,
  holmAdjusted,
} from './multiple-testing.ts';

const adjustments = {
  bonferroni: bonferroniAdjusted,
  holm: holmAdjusted,
  hochberg: hochbergAdjusted,
  bh: benjaminiHochbergAdjusted,
  by: benjaminiYekutieliAdjusted,
} as const;
const cases = loadVectors<{ p: number[]; e: number[] }, Record<string, number[]>>('multiple_testing');

describe.each(cases.filter(each => each.kind === 'p'))('$id $note', ({ inputs, expected }) => {
  it.each(Object.entries(adjustments))('%s', (name, adjust) => {
    const adjusted = adjust(inputs.p);
    adjusted.forEach((value, i) => {
      expect(errorOf(value, expected[name]![i]!)).toBeLessThan(1e-12);
    });
    for (const alpha of [0.01, 0.05, 0.1]) {
      const rejected = adjusted.flatMap((value, i) => (value <= alpha ? [i] : []));
      expect(rejected).toEqual(expected[`reject_${name}_${alpha}`]);
    }
  });
});

it.each(cases.filter(each => each.kind === 'e'))('$id $note', ({ inputs, expected }) => {
  for (const alpha of [0.01, 0.05, 0.1]) {
    expect(eBenjaminiHochberg(inputs.e, alpha)).toEqual(expected[`reject_ebh_${alpha}`]);
  }
});

describe('laws', () => {
  const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
  const between = (low: readonly number[], high: readonly number[]) =>
    low.forEach((value, i) => expect(value).toBeLessThanOrEqual(high[i]! + 1e-15));

  it('each adjustment is at least p, at most 1, and keeps the order; the stricter are larger', () => {
    fc.assert(
      fc.property(family, p => {
        for (const adjust of Object.values(adjustments)) {
          const adjusted = adjust(p);
          between(p, adjusted);
          for (const [i, value] of adjusted.entries()) {
            expect(value).toBeLessThanOrEqual(1);
            for (const [j, other] of adjusted.entries())
              if (p[i]! < p[j]!) expect(value).toBeLessThanOrEqual(other);
          }
        }
        between(benjaminiHochbergAdjusted(p), hochbergAdjusted(p));
        between(hochbergAdjusted(p), holmAdjusted(p));
        between(holmAdjusted(p), bonferroniAdjusted(p));
        between(benjaminiHochbergAdjusted(p), benjaminiYekutieliAdjusted(p));
      }),
    );
  });

  it('a single test is not adjusted, no test gives nothing, the input stays as it is', () => {
    for (const adjust of Object.values(adjustments)) {
      expect(adjust([0.03])).toEqual([0.03]);
      expect(adjust([])).toEqual([]);
      const p = Object.freeze([0.5, 0.1]);
      expect(adjust(p)).toHaveLength(2);
    }
    expect(eBenjaminiHochberg([], 0.1)).toEqual([]);
  });

  it('e-BH of 1 / p rejects no more than Benjamini and Hochberg of p', () => {
    const positive = fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(positive, p => {
        const found = eBenjaminiHochberg(
          p.map(value => 1 / value),
          0.1,
        );
        const adjusted = benjaminiHochbergAdjusted(p);
        for (const i of found) expect(adjusted[i]!).toBeLessThanOrEqual(0.1 + 1e-12);
      }),
    );
  });
});
