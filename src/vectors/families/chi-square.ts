import { chiSquareLogSf, pearson } from '../../stats/chi-square.ts';
import { goodnessOfFit, smallestExpected } from '../../stats/goodness-of-fit.ts';
import { cramersV } from '../../stats/measures/cramers-v.ts';
import { gTest } from '../../stats/measures/g-test.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly ref: readonly number[];
  readonly cur: readonly number[];
}

/** Two-sample chi-square and G tests of categories. */
export const chiSquare: Family = {
  answer(asked) {
    const { cur, ref } = asked.inputs as Inputs;
    const { statistic, degrees } = pearson(cur, ref);
    const g = gTest(cur, ref);
    const rows = [...cur, ...ref].reduce((sum, count) => sum + count, 0);
    const logP = chiSquareLogSf(statistic, degrees);
    const logPg = chiSquareLogSf(g.statistic, g.degrees);
    const fit = goodnessOfFit(cur, ref);
    return {
      df: degrees,
      chi2: statistic,
      p: Math.exp(logP),
      ln_p: logP,
      g: g.statistic,
      p_g: Math.exp(logPg),
      ln_p_g: logPg,
      phi2: statistic / rows,
      cramers_v: Math.sqrt(statistic / rows),
      cramers_v_bias_corrected: cramersV(cur, ref),
      min_expected: smallestExpected(cur, ref),
      ...(fit === null ? {} : { gof_chi2_cur_vs_ref_as_fixed: fit.statistic, gof_p: fit.p }),
    };
  },
  tolerance: key => (/^(ln_)?p(_|$)|_p$/.test(key) ? tolerances.p : tolerances.statistic),
};
