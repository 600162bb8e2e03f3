import { smallestDetectable } from './smallest-detectable.ts';

/** Effect below which nobody cares, in the body of a distribution: share of rows that moved. */
export const bodyTolerance = 0.02;

/** The same for missing values, tails, a dominant value and a single category. */
export const rareTolerance = 0.005;

/** Fewer rows than this are never called stable. */
export const minimumRows = 50;

/** A window that would miss a move of this share of the rows half of the time is never called stable. */
export const detectableLimit = 0.1;

/** What one test and its effect say about a subject in a window. */
export interface TestVerdict {
  readonly verdict: 'drift' | 'stable' | 'insufficient';
  /** Share of rows that a pure shift must move to be found half of the time. */
  readonly smallestDetectable: number;
}

/**
 * Verdict of one test: is the change both beyond chance and large enough to matter?
 *
 * `drift` when p <= alpha and effect >= tolerance, at any number of rows (p accounts for them, so even a window of
 * 30 rows can drift). Otherwise `insufficient` below 50 rows, or when a shift that moves 10 % of the rows would be
 * missed half of the time. Otherwise `stable`.
 *
 * @param found - p of the test, effect (share of rows that moved), rows of the window and of the baseline
 * @param limits - level of the test and the tolerance, in the effect's unit
 * @returns verdict, and the smallest share a pure shift must move to be found half of the time
 *
 * A p or an effect that is not a number never makes `drift`.
 *
 * Complexity: constant.
 *
 * Reference: docs/methods, verdict.
 * @example
 * verdictOf({ p: 1e-9, effect: 0.08, n: 5000, nReference: 50000 }, { alpha: 2.8e-5, tolerance: 0.02 }).verdict // 'drift'
 * verdictOf({ p: 0.2, effect: 0.01, n: 5000, nReference: 50000 }, { alpha: 2.8e-5, tolerance: 0.02 }).verdict // 'stable'
 * verdictOf({ p: 0.2, effect: 0.01, n: 40, nReference: 50000 }, { alpha: 2.8e-5, tolerance: 0.02 }).verdict // 'insufficient'
 */
export function verdictOf(
  found: { readonly p: number; readonly effect: number; readonly n: number; readonly nReference: number },
  limits: { readonly alpha: number; readonly tolerance: number },
): TestVerdict {
  const least = smallestDetectable(found.n, found.nReference, limits.alpha);
  return { verdict: verdictFrom({ ...found, least }, limits), smallestDetectable: least };
}

/**
 * The rule behind `verdictOf`, where the smallest detectable share is known already: a stream's own noise makes it
 * larger than the number of rows alone does.
 *
 * @param found - p of the test, effect (share of rows that moved), rows of the window, smallest detectable share
 * @param limits - level of the test and the tolerance, in the effect's unit
 * @returns the verdict
 *
 * Complexity: constant.
 *
 * Reference: docs/methods, verdict.
 * @example
 * verdictFrom({ p: 0.2, effect: 0.01, n: 5000, least: 0.3 }, { alpha: 2.8e-5, tolerance: 0.02 }) // 'insufficient'
 */
export function verdictFrom(
  found: { readonly p: number; readonly effect: number; readonly n: number; readonly least: number },
  limits: { readonly alpha: number; readonly tolerance: number },
): TestVerdict['verdict'] {
  if (found.p <= limits.alpha && found.effect >= limits.tolerance) return 'drift';
  return found.n < minimumRows || found.least > detectableLimit ? 'insufficient' : 'stable';
}
