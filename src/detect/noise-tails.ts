import { seasonAt, type WindowFit } from '../stats/window-model.ts';
import { shortHours } from './calibration.ts';

/** Hours that a stream was fitted to. */
export interface FittedHours {
  readonly from: number;
  readonly rows: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly weekendOf: (hour: number) => boolean;
}

/**
 * The fit with tails as heavy as those of its own windows. Student's t of the effective number of windows supposes that
 * they scatter normally. Many do not: a share or a scale answers a normal level with a skewed law, and batches make few
 * windows carry most of the spread. So the degrees of freedom are at most those of the t that has the fourth moment of
 * the history's standardised windows, `4 + 6 / excess kurtosis`. Windows of a day and longer keep theirs: they average
 * over many hours, and of 28 of them the fourth moment says little.
 *
 * @param share - whether the rows have a property or not: the kurtosis of plain counting is then left out, because the
 *   exact test beside the t has it
 */
export function withOwnTails(fit: WindowFit, hours: FittedHours, share: boolean): WindowFit {
  const sums = residualSums(fit, hours);
  const lengths = Object.entries(fit.lengths).map(([key, noise]) => {
    if (Number(key) > shortHours) return [key, noise] as const;
    const excess = excessKurtosis(sums, { length: Number(key), ...noise, v1: fit.v1 }, share);
    return [key, excess > 0 ? { ...noise, df: Math.min(noise.df, 4 + 6 / excess) } : noise] as const;
  });
  return { ...fit, lengths: Object.fromEntries(lengths) };
}

interface Sums {
  readonly rows: Float64Array;
  readonly residuals: Float64Array;
}

/** Running sums of rows and of what the season leaves, from 0 to each hour. */
function residualSums(fit: WindowFit, { from, rows, values, weekendOf }: FittedHours): Sums {
  const size = rows.length;
  const sums = { rows: new Float64Array(size + 1), residuals: new Float64Array(size + 1) };
  for (let i = 0; i < size; i++) {
    const w = rows[i]!;
    const expected = w > 0 ? seasonAt(fit, from + i, weekendOf(from + i)) : 0;
    sums.rows[i + 1] = sums.rows[i]! + w;
    sums.residuals[i + 1] = sums.residuals[i]! + (w > 0 ? w * (values[i]! - expected) : 0);
  }
  return sums;
}

/** Excess kurtosis of the windows of a length, each over the standard deviation that the fit gives it. */
function excessKurtosis(
  { rows, residuals }: Sums,
  noise: { readonly length: number; readonly phi: number; readonly tau2: number; readonly v1: number },
  share: boolean,
): number {
  const { length, phi, tau2, v1 } = noise;
  let [used, second, fourth, counting] = [0, 0, 0, 0];
  for (let i = 0; i + length < rows.length; i++) {
    const n = rows[i + length]! - rows[i]!;
    if (!(n > 0)) continue;
    const mean = (residuals[i + length]! - residuals[i]!) / n;
    const square = (mean * mean) / Math.max((phi * v1) / n, v1 / n + tau2);
    used++;
    second += square;
    fourth += square * square;
    counting += Math.max(0, 1 - 6 * v1) / (n * v1);
  }
  if (used === 0 || second === 0) return 0;
  return (fourth * used) / (second * second) - 3 - (share ? counting / used : 0);
}
