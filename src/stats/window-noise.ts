/** Noise of windows of one length, from the history's own windows of that length. */
export interface WindowNoise {
  /** Factor by which the variance of a window's mean exceeds that of independent rows. */
  readonly phi: number;
  /** Variance between windows that more rows do not reduce. */
  readonly tau2: number;
  /** Degrees of freedom: independent windows, less one. */
  readonly df: number;
}

/** Running sums of rows and of residuals, from 0 to each hour. */
export interface Sums {
  readonly rows: Float64Array;
  readonly residuals: Float64Array;
}

/**
 * Noise of a stream's windows of one length: how far do its own windows stray from the season?
 *
 * The squared residual means of all windows of the length, against what independent rows would give: as a factor
 * (phi) and as an added variance (tau2), both widened by the share of slow variation that the season has taken out.
 *
 * @param sums - running sums of rows and residuals over consecutive hours
 * @param length - hours of the window, from 1 to the hours there are
 * @param v1 - variance of one row's value, above 0
 * @returns phi, tau2 and degrees of freedom; windows without rows are left out
 *
 * Needs a few windows of the length to mean anything: with fewer than three, neighbours cannot be compared and two
 * independent windows are assumed at least.
 *
 * Complexity: O(hours).
 *
 * Reference: docs/methods, real streams; Bartlett, On the theoretical specification and sampling properties of
 * autocorrelated time-series (1946) for the effective number.
 * @example
 * const rows = Float64Array.from({ length: 97 }, (_, i) => 100 * i);
 * const residuals = Float64Array.from({ length: 97 }, (_, i) => 40 * (i % 2));
 * noiseOf({ rows, residuals }, 1, 1).phi // 38.857143
 */
export function noiseOf(sums: Sums, length: number, v1: number): WindowNoise {
  const hours = sums.rows.length - 1;
  const independent = independentWindows(sums, length);
  const ofDay = length === 24 ? independent : independentWindows(sums, 24);
  // Share of the slow variation that the season has taken out.
  const taken = Math.min(0.6, Math.max(1 / independent, 1 / ofDay, 24 / hours));
  const inflation = (1 + taken) / (1 - taken);
  let used = 0;
  let spread = 0;
  let extra = 0;
  for (let i = 0; i + length <= hours; i++) {
    const rows = sums.rows[i + length]! - sums.rows[i]!;
    if (!(rows > 0)) continue;
    const residual = (sums.residuals[i + length]! - sums.residuals[i]!) / rows;
    used++;
    spread += rows * residual * residual;
    extra += inflation * residual * residual - v1 / rows;
  }
  return {
    phi: inflation * Math.max(1, spread / Math.max(1, used) / v1),
    tau2: Math.max(0, extra / Math.max(1, used)),
    df: Math.max(3, independent - 1),
  };
}

/** Effective number of independent windows of a length, from the correlation of neighbours that do not overlap. */
function independentWindows(sums: Sums, length: number): number {
  const hours = sums.rows.length - 1;
  const scaled = new Float64Array(hours - length + 1);
  let square = 0;
  for (let i = 0; i < scaled.length; i++) {
    const rows = sums.rows[i + length]! - sums.rows[i]!;
    const residual = rows > 0 ? (sums.residuals[i + length]! - sums.residuals[i]!) / rows : 0;
    scaled[i] = residual * Math.sqrt(rows);
    square += scaled[i]! * scaled[i]!;
  }
  square /= scaled.length;
  const whole = hours / length;
  let lag = 0;
  if (hours >= 3 * length && square > 0) {
    let product = 0;
    for (let i = 0; i + length < scaled.length; i++) product += scaled[i]! * scaled[i + length]!;
    lag = product / (scaled.length - length) / square;
  }
  lag = Math.min(0.9, Math.max(0, lag + (1 + 3 * Math.max(lag, 0)) / whole));
  return Math.max(2, (whole * (1 - lag)) / (1 + lag));
}
