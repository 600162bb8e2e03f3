import { gammaFitSf } from './gamma-fit.ts';
import { logChoose } from './special.ts';

/** Mean, variance and third cumulant of a cell's deviance, and its covariance with the cell's count. */
interface CellMoments {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
  readonly covariance: number;
}

/** Cells whose count varies by more than this (variance) need no enumeration. */
const wideVariance = 30;

/**
 * Two-sample deviance (likelihood ratio, G squared): are the shares of the cells the same in both samples?
 *
 * Null hypothesis: the rows of every cell are spread over both samples by chance. p comes from a gamma law with three
 * moments: exact ones of the binomial law for cells of variance under 30, second order for wider cells, less one degree
 * of freedom for the fixed total.
 *
 * @param current - rows of the window by cell
 * @param reference - rows of the baseline in the same cells
 * @returns statistic, degrees of freedom (non-empty cells less one) and p, which may be 0 far out; degrees 0 and p 1 when
 *   fewer than two cells have rows
 *
 * Not for few cells of variance under 2.5 beside a large one: the gamma tail is then several times too heavy or too light;
 * merge them first.
 *
 * Complexity: O(cells), plus about 100 logarithms for every different total of a small cell.
 *
 * Reference: Wilks (1938); Williams, Improved likelihood ratio tests for complete contingency tables (1976).
 * @example
 * devianceTwoSample([37, 63, 20], [360, 640, 300]).p // 0.2496667
 */
export function devianceTwoSample(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly degrees: number; readonly p: number } {
  let n = 0;
  let m = 0;
  for (let k = 0; k < current.length; k++) {
    n += current[k]!;
    m += reference[k]!;
  }
  if (n === 0 || m === 0) return { statistic: 0, degrees: 0, p: 1 };
  const share = n / (n + m);
  const known = new Map<number, CellMoments>();
  let cells = 0;
  let statistic = 0;
  let mean = -1;
  let variance = -2;
  let third = -8;
  let covariance = 0;
  for (let k = 0; k < current.length; k++) {
    const total = current[k]! + reference[k]!;
    if (total <= 0) continue;
    cells++;
    statistic += devianceOf(current[k]!, total, share);
    let moments = known.get(total);
    if (moments === undefined) known.set(total, (moments = momentsOf(total, share)));
    mean += moments.mean;
    variance += moments.variance;
    third += moments.third;
    covariance += moments.covariance;
  }
  if (cells < 2) return { statistic, degrees: 0, p: 1 };
  variance -= (covariance * covariance) / ((n + m) * share * (1 - share));
  const p = variance > 0 && third > 0 ? gammaFitSf(statistic, { mean, variance, third }) : 1;
  return { statistic, degrees: cells - 1, p };
}

/** Deviance of a cell with `x` of its `total` rows in the current sample. */
function devianceOf(x: number, total: number, share: number): number {
  let half = 0;
  if (x > 0) half += x * Math.log(x / (total * share));
  if (total - x > 0) half += (total - x) * Math.log((total - x) / (total * (1 - share)));
  return 2 * half;
}

function momentsOf(total: number, share: number): CellMoments {
  if (total * share * (1 - share) < wideVariance) return binomialMoments(total, share);
  const mean = 1 + (1 / (total * share) + 1 / (total * (1 - share)) - 1 / total) / 6;
  return { mean, variance: 2 * mean * mean, third: 8 * mean ** 3, covariance: 0 };
}

/** Moments over the binomial law of the count, from its mode outwards until the rest no longer matters. */
function binomialMoments(total: number, share: number): CellMoments {
  const mode = Math.floor(total * share);
  const odds = share / (1 - share);
  const top = Math.exp(
    logChoose(total, mode) + mode * Math.log(share) + (total - mode) * Math.log(1 - share),
  );
  const sums = new Float64Array(5);
  let weight = top;
  for (let x = mode; x <= total && weight > 1e-18; x++) {
    addTo(sums, weight, devianceOf(x, total, share), x - total * share);
    weight *= ((total - x) / (x + 1)) * odds;
  }
  weight = top;
  for (let x = mode; x > 0 && weight > 1e-18; ) {
    weight *= x / ((total - x + 1) * odds);
    x--;
    addTo(sums, weight, devianceOf(x, total, share), x - total * share);
  }
  const mean = sums[1]! / sums[0]!;
  const square = sums[2]! / sums[0]!;
  return {
    mean,
    variance: square - mean * mean,
    third: sums[3]! / sums[0]! - 3 * mean * square + 2 * mean ** 3,
    covariance: sums[4]! / sums[0]!,
  };
}

function addTo(sums: Float64Array, weight: number, deviance: number, excess: number): void {
  const first = weight * deviance;
  sums[0]! += weight;
  sums[1]! += first;
  sums[2]! += first * deviance;
  sums[3]! += first * deviance * deviance;
  sums[4]! += first * excess;
}
