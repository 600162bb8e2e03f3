import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCategories, finiteValues } from './columns.ts';
import { doaneEdges, equalWidthEdges, histogramOf, sturgesEdges } from './equal-width.ts';
import { evidentlyCategorical, evidentlyDefault, evidentlyNumeric } from './evidently.ts';
import { nannymlCategorical, nannymlNumeric } from './nannyml.ts';

// Values of the tools themselves are met in src/vectors/run.test.ts; these are the laws and the edges.
const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('bins of one width', () => {
  it('hold every value once, whatever the rule', () => {
    fc.assert(
      fc.property(sample, values => {
        for (const edges of [sturgesEdges(values), doaneEdges(values)]) {
          for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThanOrEqual(edges[i - 1]!);
          expect(histogramOf(values, edges).reduce((sum, count) => sum + count, 0)).toBe(values.length);
        }
      }),
    );
  });

  it('one value lies in one bin of width 1', () => {
    expect(sturgesEdges([3, 3])).toEqual([2.5, 3.5]);
    expect(doaneEdges([3, 3, 3])).toEqual([2.5, 3.5]);
    expect(equalWidthEdges(0, 1, 2)).toEqual([0, 0.5, 1]);
  });

  it('a border belongs to the bin above, the last one to the last bin', () => {
    expect(histogramOf([-1, 0, 0.5, 1, 1.5], [0, 0.5, 1])).toEqual([1, 2]);
  });
});

describe('columns', () => {
  it('drop what is missing and sort the rest', () => {
    expect([...finiteValues([3, null, Number.NaN, -Infinity, 1, 10])]).toEqual([1, 3, 10]);
    expect(countCategories(['b', null, 'b'], ['a', 'b'])).toEqual({
      names: ['a', 'b'],
      current: [0, 2],
      reference: [1, 1],
    });
  });

  it('without a value there is no answer', () => {
    expect(evidentlyNumeric([], [1])).toBeNull();
    expect(evidentlyNumeric([1], [null, Number.NaN])).toBeNull();
    expect(evidentlyCategorical([null], ['a'])).toBeNull();
    expect(nannymlNumeric([1], [])).toBeNull();
    expect(nannymlCategorical(['a'], [null])).toBeNull();
  });
});

describe('equal columns', () => {
  it('have no distance in either mode', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const names = values.map(value => (value > 0 ? 'up' : 'down'));
    expect(evidentlyNumeric(values, values)).toMatchObject({
      psi: 0,
      kl_div: 0,
      jensenshannon: 0,
      wasserstein: 0,
      ks: 1,
    });
    expect(evidentlyCategorical(names, names)).toMatchObject({ psi: 0, chisquare: 1, g_test: 1, z: 1 });
    expect(nannymlNumeric(values, values)).toMatchObject({
      jensen_shannon: 0,
      wasserstein: 0,
      kolmogorov_smirnov: 0,
    });
    expect(nannymlCategorical(names, names)).toMatchObject({ jensen_shannon: 0, l_infinity: 0, chi2: 0 });
  });
});

describe('their peculiarities', () => {
  it('Evidently: a new category makes chi-square 0, samples of two sizes have no G test, one category no z', () => {
    const found = evidentlyCategorical(['a', 'new', 'b'], ['a', 'b']);
    expect(found).toMatchObject({ chisquare: 0, g_test: null });
    expect(evidentlyCategorical(['a'], ['a', 'a'])).toMatchObject({ z: 1, psi: 0 });
  });

  it('Evidently: the rule changes at 1,001 reference rows', () => {
    const numeric = { ks: 0.2, wasserstein: 0.3 };
    const values = (n: number) => Array.from({ length: n }, (_, i) => i);
    expect(evidentlyDefault('numeric', values(1000), numeric)).toEqual({
      method: 'K-S p_value',
      threshold: 0.05,
      value: 0.2,
    });
    expect(evidentlyDefault('numeric', values(1001), numeric)?.method).toBe('Wasserstein distance (normed)');
    expect(evidentlyDefault('numeric', [1, 2, 3, 1], { chisquare: 0.5 })?.method).toBe('chi-square p_value');
    expect(evidentlyDefault('categorical', ['a', 'b'], {})).toBeNull();
  });

  it('NannyML: rows outside the reference are one more bin, unseen categories one more category', () => {
    const reference = Array.from({ length: 100 }, (_, i) => i);
    const beyond = reference.map(value => (value < 50 ? value : value + 1000));
    const further = reference.map(value => (value < 50 ? value : value + 9999));
    expect(nannymlNumeric(beyond, reference)!.jensen_shannon).toBe(
      nannymlNumeric(further, reference)!.jensen_shannon,
    );
    const many = nannymlCategorical(['x', 'y', 'a', 'a'], ['a', 'a']);
    const one = nannymlCategorical(['x', 'x', 'a', 'a'], ['a', 'a']);
    expect(many!.jensen_shannon).toBe(one!.jensen_shannon);
    expect(many!.l_infinity).toBe(0.5);
  });

  it('NannyML: from 10,000 reference rows on distances are those of narrow bins', () => {
    const reference = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007);
    const current = reference.slice(0, 500).map(value => value + 800);
    const binned = nannymlNumeric(current, reference)!;
    const raw = nannymlNumeric(current, reference.slice(0, 9999))!;
    expect(Math.abs(binned.kolmogorov_smirnov! - raw.kolmogorov_smirnov!)).toBeLessThan(0.002);
    expect(Math.abs(binned.wasserstein! / raw.wasserstein! - 1)).toBeLessThan(0.2);
  });
});
