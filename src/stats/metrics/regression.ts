/** How far predictions of a number lie from the truth; in the unit of the number unless said otherwise. */
export interface RegressionErrors {
  readonly mae: number;
  /** Squared unit. */
  readonly mse: number;
  readonly rmse: number;
  /** Share of the true value (0.05 is 5 %). */
  readonly mape: number;
  /** Share of the variance explained: 1 perfect, 0 as good as the mean, below 0 worse. */
  readonly r2: number;
  readonly medianAbsolute: number;
  readonly max: number;
  /** Prediction less truth: above 0 means predicted too high. */
  readonly mean: number;
}

/**
 * Errors of predicted numbers.
 *
 * @param actual - true values
 * @param predicted - predictions of the same rows, at least one
 * @returns all errors at once; R2 of a constant truth is 1 when every prediction is right and 0 otherwise
 *
 * The share error explodes where true values are near 0 (they count as at least 2^-52).
 *
 * Complexity: O(n log n), for the median.
 *
 * Reference: sklearn.metrics (mean_absolute_error, r2_score, ...).
 * @example
 * regressionErrors([1, 2, 4], [1, 3, 3]).rmse // 0.816496580927726
 */
export function regressionErrors(actual: ArrayLike<number>, predicted: ArrayLike<number>): RegressionErrors {
  const n = actual.length;
  const errors = Float64Array.from({ length: n }, (_, i) => predicted[i]! - actual[i]!);
  const sizes = errors.map(Math.abs);
  const middle = meanOf(actual);
  const squares = errors.reduce((sum, error) => sum + error * error, 0);
  let shares = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    shares += sizes[i]! / Math.max(Math.abs(actual[i]!), 2 ** -52);
    spread += (actual[i]! - middle) ** 2;
  }
  return {
    mae: meanOf(sizes),
    mse: squares / n,
    rmse: Math.sqrt(squares / n),
    mape: shares / n,
    r2: explained(squares, spread),
    medianAbsolute: medianOf(sizes),
    max: sizes.reduce((most, size) => Math.max(most, size), 0),
    mean: meanOf(errors),
  };
}

function explained(squares: number, spread: number): number {
  if (spread > 0) return 1 - squares / spread;
  return squares === 0 ? 1 : 0;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
