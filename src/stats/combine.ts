import { smallestP } from './normal.ts';

/** What a test made of several components found. */
export interface TestResult {
  /** Of the whole test, from 1e-300 to 1. */
  readonly p: number;
  /** The component that decided; null when none could be computed. */
  readonly by: string | null;
  /** p of each component that could be computed, before weighting; 0 where it is below the smallest double. */
  readonly components: Readonly<Record<string, number>>;
}

/**
 * Weighted Bonferroni combination: does any of several looks at the same rows show a change?
 *
 * Null hypothesis: that of every component. A component that could not be computed is left out and its weight goes to
 * the others; that must have been decided without looking at the difference, from the pooled counts for instance.
 *
 * @param components - p of each component by name; of equal ones the first decides
 * @param weights - share of the error rate that each name may spend; no need to add up to 1
 * @returns the smallest p times the sum of the weights present over its own weight, in [1e-300, 1]; p 1 without any
 *
 * Valid whatever the dependence between the components, hence a little conservative. Not for combining evidence that
 * is weak everywhere (Fisher's method would, but it needs independence).
 *
 * Complexity: O(components).
 *
 * Reference: Rosenthal and Rubin, Ensemble-adjusted p values (1983); Holm (1979) for weights.
 * @example
 * combine({ body: 0.01, tail: 0.4 }, { body: 0.75, tail: 0.25 }).p // 0.013333333
 */
export function combine(
  components: Readonly<Record<string, number>>,
  weights: Readonly<Record<string, number>>,
): TestResult {
  const names = Object.keys(components);
  let total = 0;
  for (const name of names) total += weights[name]!;
  let by: string | null = null;
  let least = Infinity;
  for (const name of names) {
    const weighted = (components[name]! * total) / weights[name]!;
    if (by !== null && !(weighted < least)) continue;
    by = name;
    least = weighted;
  }
  return { p: Math.min(1, Math.max(smallestP, least)), by, components };
}
