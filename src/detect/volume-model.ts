import { negativeBinomialCdf, negativeBinomialSf } from '../stats/negative-binomial.ts';
import { studentQuantile } from './detectable.ts';
import type { VolumePast } from './volume-past.ts';

/** How many rows a window should have, by the same hours of the week in the weeks before. */
export interface VolumeLaw {
  /** Mean of the weeks; half a row over all of them where there never was one. */
  readonly expected: number;
  /** Weeks it rests on. */
  readonly weeks: number;
  /** Kappa of variance = mean + kappa mean^2: how much more than chance alone the rows scatter. */
  readonly dispersion: number;
  /** Degrees of freedom of that dispersion. */
  readonly degrees: number;
}

/** Fewest weeks that say how much rows scatter. */
export const leastWeeks = 2;

/**
 * Fits the law of one window's rows. The mean is that of its own hours of the week; the dispersion is pooled over the
 * same hours of all days of the week, or that of its own hours where it is larger (a batch that runs on Mondays alone).
 * Week-to-week changes are part of the dispersion: a growing stream is less sure of itself, not alarming.
 *
 * @returns null with fewer than two weeks
 */
export function volumeLaw({ own, days }: VolumePast): VolumeLaw | null {
  if (own.length < leastWeeks) return null;
  const alone = pooledDispersion([own]);
  const pooled = pooledDispersion([own, ...days]);
  return {
    expected: Math.max(meanOf(own), 0.5 / own.length),
    weeks: own.length,
    dispersion: Math.max(alone.dispersion, pooled.dispersion),
    degrees: Math.max(own.length - 1, pooled.degrees),
  };
}

/**
 * Dispersion of several groups of counts, each around its own mean: the kappa at which Pearson's statistic is what it
 * should be. Counts of one group add up to a fixed total once its mean is known, which bounds the statistic; for gamma
 * scatter the bound is known and undone.
 */
function pooledDispersion(groups: readonly (readonly number[])[]): {
  readonly dispersion: number;
  readonly degrees: number;
} {
  const used = groups
    .filter(group => group.length >= leastWeeks && group.some(count => count > 0))
    .map(group => ({ mean: meanOf(group), square: squareOf(group), size: group.length }));
  const degrees = used.reduce((sum, { size }) => sum + size - 1, 0);
  if (degrees === 0) return { dispersion: 0, degrees };
  const pearson = (kappa: number) =>
    used.reduce((sum, { mean, square }) => sum + square / (mean + kappa * mean * mean), 0) - degrees;
  if (pearson(0) <= 0) return { dispersion: 0, degrees };
  const size = (degrees + used.length) / used.length;
  let [low, high] = [0, size];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (pearson(middle) > 0) low = middle;
    else high = middle;
  }
  return { dispersion: high / Math.max(1 - high / size, 1e-3), degrees };
}

/** Steps and ends of the sums over what is not known: the logarithm of the scatter, and normal deviates of the mean. */
const scatterStep = 0.25;
const leastLog = -2.5;
const mostLog = 40;
const meanStep = 0.75;
const mostDeviate = 4.5;
/** Scatter beyond this says nothing that this does not. */
const mostScatter = 1e6;

/**
 * Probability of `rows` or fewer (`lower`), or of `rows` or more (`upper`), with nothing changed.
 *
 * Negative binomial, averaged over what is not known: the mean, which a few weeks give to within their own scatter (as
 * its logarithm, normal), and the scatter itself, whose estimate is spread as chi-square over its degrees of freedom (so
 * the tails are those of Student's t rather than normal ones). The scatter never falls below chance alone.
 */
export function volumeTail(law: VolumeLaw, rows: number, side: 'lower' | 'upper'): number {
  const { expected, degrees, weeks, dispersion } = law;
  const chance = 1 / expected;
  let sum = 0;
  let weights = 0;
  for (let log = leastLog; log <= mostLog; log += scatterStep) {
    // Density of the logarithm of degrees / chi-square, up to a factor.
    const weight = Math.exp((-degrees * (log + Math.exp(-log) - 1)) / 2);
    if (weight < 1e-14 && log > 0) break;
    if (weight < 1e-14) continue;
    const scatter = Math.max(chance, Math.min(mostScatter, (chance + dispersion) * Math.exp(log)));
    for (let z = -mostDeviate; z <= mostDeviate; z += meanStep) {
      const mean = expected * Math.exp(z * Math.sqrt(scatter / weeks));
      const own = weight * Math.exp((-z * z) / 2);
      const tail =
        side === 'lower'
          ? negativeBinomialCdf(rows, mean, scatter - chance)
          : negativeBinomialSf(rows - 1, mean, scatter - chance);
      sum += own * tail;
      weights += own;
    }
  }
  return Math.min(1, Math.max(1e-300, sum / weights));
}

/**
 * Two-sided p of the rows of a window. Too many must stand out against the latest of the weeks alone as well: a stream
 * that grows is ahead of the mean of four weeks all the time.
 *
 * @param latest - rows of the latest of the weeks
 */
export function volumeP(law: VolumeLaw, rows: number, latest: number): number {
  if (rows <= law.expected) return Math.min(1, 2 * volumeTail(law, rows, 'lower'));
  const ofMean = volumeTail(law, rows, 'upper');
  const ofLatest = volumeTail({ ...law, expected: Math.max(latest, 0.5), weeks: 1 }, rows, 'upper');
  return Math.min(1, 2 * Math.max(ofMean, ofLatest));
}

/**
 * Width of the range, as a logarithm, within which 95 % of the windows lie around the expectation: by Student's t on
 * the logarithm, from the uncertainty of the mean and the scatter of one window together.
 */
export function usualWidth({ expected, dispersion, degrees, weeks }: VolumeLaw): number {
  return studentQuantile(0.025, degrees) * Math.sqrt((1 / expected + dispersion) * (1 + 1 / weeks));
}

function meanOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

/** Sum of squared differences from the mean. */
function squareOf(counts: readonly number[]): number {
  const mean = meanOf(counts);
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
}
