import { hellinger } from '../../stats/measures/hellinger.ts';
import { jensenShannon } from '../../stats/measures/jensen-shannon.ts';
import { kullbackLeibler } from '../../stats/measures/kullback-leibler.ts';
import { lInfinity } from '../../stats/measures/l-infinity.ts';
import { populationStability } from '../../stats/measures/population-stability-index.ts';
import { totalVariation } from '../../stats/measures/total-variation.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly ref: readonly number[];
  readonly cur: readonly number[];
}

/** Divergences of bin counts, as they are and with half a row added to every bin. */
export const divergences: Family = {
  answer(asked) {
    const { ref, cur } = asked.inputs as Inputs;
    return { alpha_0: of(cur, ref, 0), 'alpha_0.5': of(cur, ref, 0.5) };
  },
  tolerance: key => (/js_|hellinger/.test(key) ? { relative: 1e-10, absolute: 1e-8 } : tolerances.statistic),
};

function of(current: readonly number[], reference: readonly number[], added: number) {
  const cur = current.map(count => count + added);
  const ref = reference.map(count => count + added);
  const distance = jensenShannon(cur, ref);
  const far = hellinger(cur, ref);
  return {
    psi: populationStability(cur, ref),
    kl_ref_cur: kullbackLeibler(ref, cur),
    kl_cur_ref: kullbackLeibler(cur, ref),
    js_nat: distance * distance * Math.LN2,
    js_bit: distance * distance,
    js_distance_nat: distance * Math.sqrt(Math.LN2),
    js_distance_bit: distance,
    hellinger: far,
    bhattacharyya_coefficient: 1 - far * far,
    total_variation: totalVariation(cur, ref),
    l_infinity: lInfinity(cur, ref),
  };
}
