import { rowsOf } from './rows.ts';
import { solvePositiveDefinite } from './solve.ts';
import { studentTwoSided } from './student-t.ts';
import { noiseOf, type WindowNoise } from './window-noise.ts';

/** Hours of history without which nothing is fitted. */
const leastHours = 72;

/** Hours of history from which a weekend offset is fitted. */
const weekendFrom = 336;

/** What a stream does by itself; plain data that survives JSON unchanged. */
export interface WindowFit {
  /** Variance of one row's value. */
  readonly v1: number;
  /** Whether a weekend offset was fitted. */
  readonly weekend: boolean;
  /** Mean by hour of day; [24] is the weekend offset when there is one. */
  readonly season: readonly number[];
  /** Row-weighted mean of the season over the fitted hours. */
  readonly mean: number;
  readonly hours: number;
  readonly rows: number;
  /** Noise by hours of the window. */
  readonly lengths: Readonly<Record<number, WindowNoise>>;
}

/** Says whether an hour counts as weekend. */
export type WeekendOf = (hour: number) => boolean;

/** Consecutive hours of one stream. */
export interface History {
  /** Number of the first hour, counted from a Monday's first hour. */
  readonly hour0: number;
  /** Rows by hour; 0 where there was no traffic. */
  readonly rows: ArrayLike<number>;
  /** Mean by hour; whatever it is where there were no rows. */
  readonly values: ArrayLike<number>;
  /** Variance of one row's value, e.g. 1 for a score and p (1 - p) for a share. */
  readonly v1: number;
  /** Hours of the windows to be judged. */
  readonly lengths: readonly number[];
  readonly weekendOf?: WeekendOf;
}

/** A level that comes from elsewhere than the history. */
export interface Level {
  /** Subtracted from the season: `fit.mean` for a stream whose mean is 0 over the reference. */
  readonly offset: number;
  /** Variance with which that level is known. */
  readonly variance: number;
}

/** Hours of the window to be judged. */
export interface StreamWindow {
  readonly hours: readonly number[];
  readonly rows: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Length in hours, one of those that were fitted. */
  readonly length: number;
  readonly level?: Level;
  readonly weekendOf?: WeekendOf;
}

/**
 * Fits what a stream of hourly means does by itself: which season does it have, and how far do windows of a length stray?
 *
 * The season is the row-weighted mean of each hour of the day plus, from 14 days on, one offset for weekends. The
 * noise of a length is the spread of the history's own windows of that length around the season, as a factor on the
 * variance of independent rows and as a variance of its own, widened by what the season has taken out; the effective
 * number of independent windows gives the degrees of freedom. No autoregression, no harmonics, nothing to tune.
 *
 * @param history - consecutive hours; an hour counts as weekend when floor(hour / 24) % 7 is 5 or 6, unless
 *   `weekendOf` says otherwise (a calendar may count a holiday as Sunday)
 * @returns the fit, as plain data; null with fewer than 72 hours or no rows at all. Lengths longer than the history
 *   are left out. An hour whose value is not a finite number counts as one without rows
 *
 * A slow trend is taken for noise. Streams that come in large batches need days of windows, not hours.
 *
 * Complexity: O(hours x lengths).
 *
 * Reference: docs/methods, real streams; Box, Jenkins and Reinsel, Time Series Analysis, section 2.1 for the
 * effective number.
 * @example
 * const values = Array.from({ length: 96 }, (_, i) => (i % 24) / 100 + (i % 5) / 1000);
 * const fit = fitWindowModel({ hour0: 0, rows: values.map(() => 100), values, v1: 0.01, lengths: [6] });
 * fit.season[10] // 0.10225
 */
export function fitWindowModel(history: History): WindowFit | null {
  const hours = history.rows.length;
  const weights = Float64Array.from(history.rows, (rows, i) => weightOf(rows, history.values[i]!));
  const rows = rowsOf(weights);
  if (hours < leastHours || !(rows > 0)) return null;
  const weekend = hours >= weekendFrom;
  const weekendOf = history.weekendOf ?? isWeekend;
  const terms = (i: number) => termsOf(history.hour0 + i, weekend && weekendOf(history.hour0 + i));
  const season = seasonOf(history, weights, weekend ? 25 : 24, terms);
  const sums = { rows: new Float64Array(hours + 1), residuals: new Float64Array(hours + 1) };
  let mean = 0;
  for (let i = 0; i < hours; i++) {
    const w = weights[i]!;
    const expected = levelOf(season, terms(i));
    sums.rows[i + 1] = sums.rows[i]! + w;
    sums.residuals[i + 1] = sums.residuals[i]! + (w > 0 ? w * (history.values[i]! - expected) : 0);
    mean += (w / rows) * expected;
  }
  const v1 = Math.max(history.v1, 1e-9);
  const fitted = history.lengths.filter(length => Number.isInteger(length) && length >= 1 && length <= hours);
  const lengths = Object.fromEntries(fitted.map(length => [length, noiseOf(sums, length, v1)]));
  return { v1, weekend, season, mean, hours, rows, lengths };
}

/**
 * Value that the fitted season expects in an hour.
 *
 * @param fit - fit of the stream
 * @param hour - number of the hour, counted as in the fit
 * @param weekend - whether it counts as weekend; by default when floor(hour / 24) % 7 is 5 or 6
 * @returns mean of the hour of day, plus the weekend offset if one was fitted and applies
 *
 * Complexity: constant.
 *
 * Reference: docs/methods, real streams.
 * @example
 * const flat = { v1: 1, weekend: true, season: [...Array(24).fill(0.5), 0.1], mean: 0.5, hours: 336, rows: 1, lengths: {} };
 * seasonAt(flat, 5 * 24) // 0.6
 */
export function seasonAt(fit: WindowFit, hour: number, weekend: boolean = isWeekend(hour)): number {
  return levelOf(fit.season, termsOf(hour, fit.weekend && weekend));
}

/**
 * Tests whether a window continues its stream: is its mean where the season and the stream's own noise put it?
 *
 * Null hypothesis: the window is one more of those the fit has seen, of the same length. Student's t of the
 * row-weighted mean residual.
 *
 * @param fit - fit of the stream
 * @param window - hours with rows and means; `level` puts the season elsewhere (a training set's level) and adds the
 *   variance of that level
 * @returns z, degrees of freedom and two-sided p; 0, 0 and 1 without rows or when the length was not fitted
 *
 * A holiday that no calendar names looks like drift. For rare shares the t tail is far too thin: see `sharePValue`.
 *
 * Complexity: O(hours of the window).
 *
 * Reference: docs/methods, real streams.
 * @example
 * const fit = { v1: 1, weekend: false, season: Array(24).fill(0), mean: 0, hours: 168, rows: 16800, lengths: { 1: { phi: 2, tau2: 0.001, df: 60 } } };
 * testWindow(fit, { hours: [168], rows: [200], values: [0.4], length: 1 }).z // 4
 */
export function testWindow(
  fit: WindowFit,
  window: StreamWindow,
): { readonly z: number; readonly df: number; readonly p: number } {
  const noise = fit.lengths[window.length];
  const weekendOf = window.weekendOf ?? isWeekend;
  const offset = window.level?.offset ?? 0;
  let rows = 0;
  let sum = 0;
  window.hours.forEach((hour, i) => {
    const value = window.values[i]!;
    const w = weightOf(window.rows[i]!, value);
    if (w === 0) return;
    rows += w;
    sum += w * (value - (seasonAt(fit, hour, weekendOf(hour)) - offset));
  });
  if (noise === undefined || rows === 0) return { z: 0, df: 0, p: 1 };
  const variance = Math.max((noise.phi * fit.v1) / rows, fit.v1 / rows + noise.tau2);
  const z = sum / rows / Math.sqrt(variance + (window.level?.variance ?? 0));
  return { z, df: noise.df, p: studentTwoSided(z, noise.df) };
}

function isWeekend(hour: number): boolean {
  return modulo(Math.floor(hour / 24), 7) >= 5;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Positions in the season that an hour adds up. */
function termsOf(hour: number, weekend: boolean): readonly number[] {
  return weekend ? [modulo(hour, 24), 24] : [modulo(hour, 24)];
}

function levelOf(season: readonly number[], terms: readonly number[]): number {
  let level = 0;
  for (const term of terms) level += season[term]!;
  return level;
}

function weightOf(rows: number, value: number): number {
  return rows > 0 && Number.isFinite(value) ? rows : 0;
}

/** Least squares of the hourly means on the season's terms, weighted by rows. */
function seasonOf(
  history: History,
  weights: Float64Array,
  unknowns: number,
  terms: (i: number) => readonly number[],
): number[] {
  const a = Array.from({ length: unknowns }, () => Array.from({ length: unknowns }, () => 0));
  const b = Array.from({ length: unknowns }, () => 0);
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (w === 0) continue;
    const present = terms(i);
    for (const j of present) {
      b[j]! += w * history.values[i]!;
      for (const k of present) a[j]![k]! += w;
    }
  }
  return solvePositiveDefinite(a, b);
}
