import type { Verdict } from '../domain/finding.ts';
import type { Binning, Profile } from '../domain/profile.ts';
import { chiSquareTest } from '../stats/chi-square.ts';
import { distanceHalfWidth, sharesHalfWidth } from '../stats/distance-bounds.ts';
import { ksTest } from '../stats/kolmogorov-smirnov.ts';
import { smallestDetectable } from '../stats/smallest-detectable.ts';
import { binText, signText } from './words.ts';

/** Fewest rows that are judged. */
export const minimumRows = 50;
/** A window that would miss a move of this share of its rows half of the time is `insufficient`. */
export const detectableLimit = 0.1;

/** One subject, one window, one baseline. */
export interface JudgeRequest {
  readonly reference: Profile;
  readonly current: Profile;
  readonly binning: Binning;
  /** What the false-alarm budget leaves for this test. */
  readonly alpha: number;
  /** Effect below which nobody cares. */
  readonly tolerance: number;
}

/** What was concluded from bin counts alone. */
export interface Judgement {
  readonly verdict: Extract<Verdict, 'drift' | 'stable' | 'insufficient'>;
  readonly p: number;
  readonly effect: number;
  /** Limits that hold the true effect with at least 95 %. */
  readonly effectLow: number;
  readonly effectHigh: number;
  /** Rows with a value, which is what was compared. */
  readonly n: number;
  readonly nReference: number;
  readonly smallestDetectable: number;
  readonly method: 'ks-bins' | 'chi-square';
  /** The effect's name, to begin a sentence with. */
  readonly measure: string;
  /** Where it moved: "most of it up, past 12.3"; '' when there is nothing to say. */
  readonly where: string;
}

/**
 * Judges one subject: the only place where a distribution is compared with its baseline.
 *
 * Numeric: two-sample Kolmogorov-Smirnov on the bins, effect is its distance. Categorical: two-sample chi-square
 * after merging small cells, effect is half the L1 distance of the shares. `insufficient` under 50 rows; `drift` when
 * p <= alpha and the effect reaches the tolerance; `insufficient` when a shift of 10 % of the rows would be missed half
 * of the time; else `stable`. Missing, not-a-number and mismatching values are left out: they have checks of their own.
 */
export function judge(request: JudgeRequest): Judgement {
  const { alpha, tolerance, binning } = request;
  const size = binning.kind === 'numeric' ? binning.edges.length + 1 : binning.categories.length + 1;
  const current = spread(request.current, size);
  const reference = spread(request.reference, size);
  const compared = binning.kind === 'numeric' ? byDistance : byShares;
  const found = compared(binning, current, reference);
  const n = total(request.current);
  const m = total(request.reference);
  const least = smallestDetectable(n, m, alpha);
  return {
    ...found,
    verdict: verdictOf({ ...found, n, least }, { alpha, tolerance }),
    n,
    nReference: m,
    smallestDetectable: least,
  };
}

/** The rule from p and effect to verdict, shared by every check that has both. */
export function verdictOf(
  found: { readonly p: number; readonly effect: number; readonly n: number; readonly least: number },
  limits: { readonly alpha: number; readonly tolerance: number },
): Judgement['verdict'] {
  if (found.n < minimumRows) return 'insufficient';
  if (found.p <= limits.alpha && found.effect >= limits.tolerance) return 'drift';
  return found.least > detectableLimit ? 'insufficient' : 'stable';
}

type Compared = Pick<Judgement, 'p' | 'effect' | 'effectLow' | 'effectHigh' | 'method' | 'measure' | 'where'>;

function byDistance(binning: Binning, current: readonly number[], reference: readonly number[]): Compared {
  const ks = ksTest(current, reference);
  const half = distanceHalfWidth(sumOf(current), sumOf(reference));
  return {
    p: ks.p,
    effect: ks.statistic,
    ...limitsOf(ks.statistic, half),
    method: 'ks-bins',
    measure: 'KS distance',
    where:
      ks.bin < 0 ? '' : `${ks.direction > 0 ? 'more' : 'fewer'} values above ${borderText(binning, ks.bin)}`,
  };
}

function byShares(binning: Binning, current: readonly number[], reference: readonly number[]): Compared {
  const chi = chiSquareTest(current, reference);
  const [n, m] = [sumOf(current), sumOf(reference)];
  const at = chi.largest;
  const moved = at < 0 ? 0 : current[at]! / n - reference[at]! / m;
  return {
    p: chi.p,
    effect: chi.distance,
    ...limitsOf(chi.distance, sharesHalfWidth(chi.cells, n, m)),
    method: 'chi-square',
    measure: 'share of rows that changed category',
    where: at < 0 ? '' : `most at ${binText(binning, at)} (${signText(moved)} of rows)`,
  };
}

function limitsOf(effect: number, half: number): { readonly effectLow: number; readonly effectHigh: number } {
  return { effectLow: Math.max(0, effect - half), effectHigh: Math.min(1, effect + half) };
}

function borderText(binning: Binning, bin: number): string {
  return String(Number(binning.edges[Math.min(bin, binning.edges.length - 1)]?.toPrecision(4)));
}

/** Counts of every bin, empty ones too. */
export function spread(profile: Profile, size: number): number[] {
  const counts = Array<number>(size).fill(0);
  for (let i = 0; i < profile.bins.length; i++) counts[profile.bins[i]!]! += profile.counts[i]!;
  return counts;
}

/** Rows that have a usable value. */
export function total(profile: Profile): number {
  return sumOf(profile.counts);
}

function sumOf(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
