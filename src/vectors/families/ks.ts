import { ksCorrectedOneSidedP, ksCorrectedP } from '../../stats/kolmogorov-corrected.ts';
import { ksExactP, ksFraction, ksPermutationP } from '../../stats/kolmogorov-exact.ts';
import { kolmogorovLogSf, ksTest } from '../../stats/kolmogorov-smirnov.ts';
import { type Family, tolerances } from '../case.ts';

type Inputs =
  | { readonly x: readonly number[]; readonly y: readonly number[] }
  | { readonly count_x: readonly number[]; readonly count_y: readonly number[] };

interface Counts {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly n: number;
  readonly m: number;
}

/** Two-sample Kolmogorov-Smirnov tests of samples, or of counts by value. */
export const ks: Family = {
  answer(asked) {
    const inputs = asked.inputs as Inputs;
    const counts =
      'x' in inputs ? countsOf(inputs.x, inputs.y) : countsByValue(inputs.count_x, inputs.count_y);
    return { ...distances(counts), ...('x' in inputs ? exact(counts) : {}) };
  },
  tolerance: key => (/^(ln_)?p_/.test(key) ? tolerances.p : tolerances.statistic),
};

function distances(counts: Counts) {
  const { x, y, n, m } = counts;
  const { statistic } = ksTest(x, y);
  const above = ksTest(y, x, 'up').statistic;
  const below = ksTest(x, y, 'up').statistic;
  const logP = kolmogorovLogSf(Math.sqrt((n * m) / (n + m)) * statistic);
  return {
    statistic,
    d_plus: above,
    d_minus: below,
    p_asymp_scipy: ksCorrectedP({ n, m, distance: statistic }),
    p_asymp_greater: ksCorrectedOneSidedP({ n, m, distance: above }),
    p_asymp_less: ksCorrectedOneSidedP({ n, m, distance: below }),
    p_kolmogorov_limit: Math.exp(logP),
    ln_p_kolmogorov_limit: logP,
  };
}

function exact({ x, y, n, m }: Counts) {
  const distance = ksTest(x, y).statistic;
  const { numerator, denominator } = ksFraction({ n, m, distance });
  return {
    statistic_num: numerator,
    statistic_den: denominator,
    p_exact: ksExactP({ n, m, distance }),
    p_permutation_conditional_on_ties: ksPermutationP(x, y),
  };
}

/** Counts of both samples by value, in increasing order of value. */
function countsOf(x: readonly number[], y: readonly number[]): Counts {
  const values = [...new Set([...x, ...y])].sort((a, b) => a - b);
  const place = new Map(values.map((value, i) => [value, i]));
  const tally = (sample: readonly number[]) => {
    const counts = values.map(() => 0);
    for (const value of sample) counts[place.get(value)!]!++;
    return counts;
  };
  return { x: tally(x), y: tally(y), n: x.length, m: y.length };
}

function countsByValue(x: readonly number[], y: readonly number[]): Counts {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  return { x, y, n: total(x), m: total(y) };
}
