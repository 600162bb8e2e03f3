/**
 * Holm's step-down listing: which of several tests stand out when the chance of a single wrong one is to stay below
 * alpha?
 *
 * Null hypothesis: of each test its own; no assumption on their dependence.
 *
 * @param p - p-values
 * @param alpha - level of the whole list, in (0, 1)
 * @returns indexes of the rejected tests, in order of p (equal ones in order of the input); a p that is not a number
 *   is never rejected
 *
 * Meant to list the subjects of a window that has alarmed. It does not replace the level of the alarm itself.
 *
 * Complexity: O(k log k).
 *
 * Reference: Holm, A simple sequentially rejective multiple test procedure (1979).
 * @example
 * holm([0.001, 0.2, 0.012], 0.05) // [0, 2]
 */
export function holm(p: readonly number[], alpha: number): number[] {
  const order = p.map((_, i) => i).filter(i => !Number.isNaN(p[i]!));
  order.sort((a, b) => p[a]! - p[b]!);
  let rejected = 0;
  while (rejected < order.length && p[order[rejected]!]! * (p.length - rejected) <= alpha) rejected++;
  return order.slice(0, rejected);
}
