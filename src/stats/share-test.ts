import { fisherTest } from './fisher.ts';
import { type StreamWindow, testWindow, type WindowFit } from './window-model.ts';

/** A window of a stream of shares, and the sample it is compared with besides. */
export interface ShareWindow extends Omit<StreamWindow, 'values'> {
  /** Rows by hour that have the property. */
  readonly counts: ArrayLike<number>;
  /** Rows of the baseline that have the property, of all its rows. */
  readonly reference: { readonly count: number; readonly rows: number };
}

/**
 * Test of a rare share in a real stream (missing values, a tail, one category): has it changed more than the stream
 * does by itself?
 *
 * Null hypothesis: the window is one more of those the fit has seen, and its rows and the baseline's have the property
 * with one probability. The larger of two p-values: that of the window model, and the exact test on counts divided by
 * the model's phi, since Student's tail alone is far too thin for rare counts.
 *
 * @param fit - fit of the hourly shares, with v1 = p (1 - p)
 * @param window - hours with rows and counts, as for `testWindow`, and the baseline's counts
 * @returns p, floored at 1e-300; 1 without rows on either side or when the length was not fitted
 *
 * Not for shares near one half, where the window model alone does, with more power.
 *
 * Complexity: that of Fisher's exact test.
 *
 * Reference: docs/methods, real streams; Rao and Scott, A simple method for the analysis of clustered binary data
 * (1992) for dividing counts by their inflation.
 * @example
 * const fit = { v1: 0.0099, weekend: false, season: Array(24).fill(0.01), mean: 0.01, hours: 168, rows: 33600, lengths: { 1: { phi: 2, tau2: 0, df: 60 } } };
 * sharePValue(fit, { hours: [168], rows: [200], counts: [16], length: 1, reference: { count: 336, rows: 33600 } }) // 0.000019436867
 */
export function sharePValue(fit: WindowFit, window: ShareWindow): number {
  const { counts, reference, ...rest } = window;
  const phi = fit.lengths[window.length]?.phi;
  let n = 0;
  let count = 0;
  const values = new Float64Array(window.rows.length);
  for (let i = 0; i < values.length; i++) {
    const rows = window.rows[i]!;
    n += rows;
    count += counts[i]!;
    values[i] = rows > 0 ? counts[i]! / rows : 0;
  }
  if (phi === undefined || !(n > 0) || !(reference.rows > 0)) return 1;
  const deflated = (rows: number) => Math.floor(rows / phi + 0.5);
  const rows = Math.max(1, deflated(n));
  const exact = fisherTest({
    c: Math.min(deflated(count), rows),
    n: rows,
    r: Math.min(deflated(reference.count), deflated(reference.rows)),
    m: Math.max(1, deflated(reference.rows)),
  });
  return Math.max(exact.both, testWindow(fit, { ...rest, values }).p);
}
