import { andersonDarling, andersonDarlingVariance } from '../../stats/measures/anderson-darling.ts';
import { andersonDarlingRight } from '../../stats/measures/anderson-darling-right.ts';
import { cramerVonMisesOfRanks } from '../../stats/measures/cramer-von-mises.ts';
import { cramerVonMisesExactP } from '../../stats/measures/cramer-von-mises-exact.ts';
import { energyDistance } from '../../stats/measures/energy-distance.ts';
import { mannWhitney, mannWhitneySd } from '../../stats/measures/mann-whitney.ts';
import { sdOf } from '../../stats/measures/moments.ts';
import { wasserstein } from '../../stats/measures/wasserstein.ts';
import { commonCells, type WeightedValues } from '../../stats/measures/weighted-values.ts';
import { welch } from '../../stats/measures/welch.ts';
import { normalSf } from '../../stats/normal.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly ref: readonly number[];
  readonly cur: readonly number[];
}

interface Samples {
  readonly current: WeightedValues;
  readonly reference: WeightedValues;
}

/** Up to this many pairs of rows the exact law is computed. */
const exactPairs = 400;

/** Distances and tests of two samples of numbers. */
export const samples: Family = {
  answer(asked) {
    const { ref, cur } = asked.inputs as Inputs;
    const pair = { current: sampleOf(cur), reference: sampleOf(ref) };
    return { ...distances(pair), ...ranks(pair), ...means(pair) };
  },
  tolerance(key) {
    // The published asymptotic values end their series at 1e-7 and are off by up to 1e-11.
    if (key === 'cvm_p_asymptotic') return { relative: 1e-8, absolute: 1e-11 };
    return /_p(_|$)/.test(key) ? tolerances.p : tolerances.statistic;
  },
};

function sampleOf(values: readonly number[]): WeightedValues {
  return { values: [...values].sort((a, b) => a - b), counts: values.map(() => 1) };
}

function distances({ current, reference }: Samples) {
  const distance = wasserstein(current, reference);
  const energy = energyDistance(current, reference);
  const n = reference.values.length;
  const sd = sdOf(reference);
  const sample = sd * Math.sqrt(n / (n - 1));
  return {
    wasserstein: distance,
    ref_sd_ddof0: sd,
    wasserstein_over_ref_sd_ddof0: distance / sd,
    ref_sd_ddof1: sample,
    wasserstein_over_ref_sd_ddof1: distance / sample,
    energy_distance: energy,
    energy_distance_squared: energy * energy,
  };
}

function ranks({ current, reference }: Samples) {
  const cells = commonCells(current, reference);
  const n = current.values.length;
  const m = reference.values.length;
  const cvm = cramerVonMisesOfRanks(cells.current, cells.reference);
  const standard = andersonDarling(cells.current, cells.reference);
  const { u, p } = mannWhitney(cells.reference, cells.current);
  const sd = mannWhitneySd(cells.current, cells.reference);
  return {
    cvm_statistic: cvm.statistic,
    cvm_p_asymptotic: cvm.p,
    ...(n * m <= exactPairs ? { cvm_p_exact_scipy: cramerVonMisesExactP(cvm.statistic, n, m) } : {}),
    ad_statistic_midrank: standard,
    ad_statistic_right: andersonDarlingRight(cells.current, cells.reference),
    ad_A2akN_midrank: standard * Math.sqrt(andersonDarlingVariance(n, m)) + 1,
    mwu_u1: u,
    mwu_p_asymptotic: p,
    mwu_p_asymptotic_no_continuity: sd > 0 ? 2 * normalSf(Math.abs(u - (n * m) / 2) / sd) : 1,
  };
}

function means({ current, reference }: Samples) {
  const test = welch(reference, current);
  return { welch_t: test.t, welch_df: test.degrees, welch_p: test.p };
}
