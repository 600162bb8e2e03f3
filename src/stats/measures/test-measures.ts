import type { BinnedPair } from '../cells.ts';
import { pearson } from '../chi-square.ts';
import { ksTest } from '../kolmogorov-smirnov.ts';
import { rowsOf } from '../rows.ts';
import { andersonDarling } from './anderson-darling.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import { cramersV } from './cramers-v.ts';
import { gTest } from './g-test.ts';
import { mannWhitney } from './mann-whitney.ts';
import type { Measure } from './measure.ts';
import { currentValues, referenceValues } from './numeric-measures.ts';
import { unorderedCells } from './stability-groups.ts';
import { welch } from './welch.ts';

type Test = (pair: BinnedPair) => { readonly statistic: number; readonly p: number };

/** Kolmogorov-Smirnov and Pearson answer "no difference" for an empty sample; here there is no answer then. */
const whereRows =
  (test: Test): Test =>
  pair => {
    const { current, reference } = unorderedCells(pair);
    if (rowsOf(current) > 0 && rowsOf(reference) > 0) return test(pair);
    return { statistic: NaN, p: NaN };
  };

const kolmogorovSmirnov = whereRows(pair => ksTest(pair.current, pair.reference));
const cramerVonMisesOf: Test = pair => cramerVonMises(pair.current, pair.reference);
const mannWhitneyOf: Test = pair => {
  const { correlation, p } = mannWhitney(pair.current, pair.reference);
  return { statistic: Math.abs(correlation), p };
};
const welchOf: Test = pair => {
  const { t, p } = welch(currentValues(pair), referenceValues(pair));
  return { statistic: Math.abs(t), p };
};
const chiSquareOf = whereRows(pair => {
  const { current, reference } = unorderedCells(pair);
  return pearson(current, reference);
});
const gOf: Test = pair => {
  const { current, reference } = unorderedCells(pair);
  return gTest(current, reference);
};

/** A test as two measures: its statistic, and its p under `name`-p. */
function both(
  test: Test,
  {
    name,
    title,
    kind,
    ...bound
  }: Pick<Measure, 'name' | 'title' | 'most'> & { readonly kind: 'numeric' | 'categorical' },
): Measure[] {
  const kinds = [kind];
  return [
    { name, title, unit: 'none', kinds, alarmsWhen: 'above', ...bound, of: pair => test(pair).statistic },
    {
      name: `${name}-p`,
      title: `${title}: p`,
      unit: 'p',
      kinds,
      alarmsWhen: 'below',
      most: 1,
      of: pair => test(pair).p,
    },
  ];
}

/** Classical tests, uncorrected for anything: their statistics and their probabilities. */
export const testMeasures: readonly Measure[] = [
  ...both(kolmogorovSmirnov, {
    name: 'kolmogorov-smirnov',
    title: 'Kolmogorov-Smirnov distance',
    kind: 'numeric',
    most: 1,
  }),
  ...both(cramerVonMisesOf, { name: 'cramer-von-mises', title: 'Cramer-von Mises', kind: 'numeric' }),
  {
    name: 'anderson-darling',
    title: 'Anderson-Darling, standardised',
    unit: 'none',
    kinds: ['numeric'],
    alarmsWhen: 'above',
    of: pair => andersonDarling(pair.current, pair.reference),
  },
  ...both(mannWhitneyOf, {
    name: 'mann-whitney',
    title: 'Mann-Whitney, absolute rank-biserial correlation',
    kind: 'numeric',
    most: 1,
  }),
  ...both(welchOf, { name: 'welch', title: 'Welch, absolute t', kind: 'numeric' }),
  ...both(chiSquareOf, { name: 'chi-square', title: 'Chi-square', kind: 'categorical' }),
  ...both(gOf, { name: 'g-test', title: 'G test', kind: 'categorical' }),
  {
    name: 'cramers-v',
    title: "Cramer's V, corrected for bias",
    unit: 'none',
    kinds: ['categorical'],
    alarmsWhen: 'above',
    most: 1,
    of: pair => {
      const { current, reference } = unorderedCells(pair);
      return cramersV(current, reference);
    },
  },
];
