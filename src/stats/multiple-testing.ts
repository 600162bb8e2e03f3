/**
 * Bonferroni's adjusted p-values: how small is each p when all tests of the family are counted?
 *
 * Null hypothesis: of each test its own. The chance of any false rejection is at most alpha, whatever the dependence.
 *
 * @param p - p-values of one family
 * @returns m p, at most 1, in the order given; reject where it is at most alpha
 *
 * Holm's adjustment never rejects less; this one is for limits that must not depend on the other results.
 *
 * Complexity: O(m).
 *
 * Reference: Dunn, Multiple comparisons among means (1961); statsmodels multipletests("bonferroni").
 * @example
 * bonferroniAdjusted([0.01, 0.04]) // [0.02, 0.08]
 */
export function bonferroniAdjusted(p: readonly number[]): number[] {
  return p.map(value => Math.min(1, value * p.length));
}

/**
 * Holm's adjusted p-values: Bonferroni's with the tests rejected before taken out of the count.
 *
 * Null hypothesis: of each test its own. The chance of any false rejection is at most alpha, whatever the dependence.
 *
 * @param p - p-values of one family
 * @returns adjusted p-values in the order given; reject where it is at most alpha
 *
 * Complexity: O(m log m).
 *
 * Reference: Holm, A simple sequentially rejective multiple test procedure (1979).
 * @example
 * holmAdjusted([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holmAdjusted(p: readonly number[]): number[] {
  return stepDown(p, (value, rank) => value * (p.length - rank));
}

/**
 * Hochberg's adjusted p-values: Holm's factors, read from the largest p downwards.
 *
 * Null hypothesis: of each test its own. The chance of any false rejection is at most alpha for independent or
 * positively dependent tests only.
 *
 * @param p - p-values of one family
 * @returns adjusted p-values in the order given; reject where it is at most alpha
 *
 * Complexity: O(m log m).
 *
 * Reference: Hochberg, A sharper Bonferroni procedure for multiple tests of significance (1988).
 * @example
 * hochbergAdjusted([0.01, 0.04, 0.03]) // [0.03, 0.04, 0.04]
 */
export function hochbergAdjusted(p: readonly number[]): number[] {
  return stepUp(p, (value, rank) => value * (p.length - rank));
}

/**
 * Benjamini and Hochberg's adjusted p-values: which rejections keep the share of false ones at most alpha?
 *
 * Null hypothesis: of each test its own. Bounds the expected share of false rejections (not their number) for
 * independent or positively dependent tests.
 *
 * @param p - p-values of one family
 * @returns adjusted p-values in the order given; reject where it is at most alpha
 *
 * Not for a budget of false alarms: a single true finding lets more false ones through.
 *
 * Complexity: O(m log m).
 *
 * Reference: Benjamini and Hochberg, Controlling the false discovery rate (1995).
 * @example
 * benjaminiHochbergAdjusted([0.01, 0.04, 0.03]) // [0.03, 0.04, 0.04]
 */
export function benjaminiHochbergAdjusted(p: readonly number[]): number[] {
  return stepUp(p, (value, rank) => (value * p.length) / (rank + 1));
}

/**
 * Benjamini and Yekutieli's adjusted p-values: Benjamini and Hochberg's under any dependence.
 *
 * Null hypothesis: of each test its own. Bounds the expected share of false rejections whatever the dependence.
 *
 * @param p - p-values of one family
 * @returns adjusted p-values in the order given; reject where it is at most alpha
 *
 * Complexity: O(m log m).
 *
 * Reference: Benjamini and Yekutieli, The control of the false discovery rate in multiple testing under dependency
 * (2001).
 * @example
 * benjaminiYekutieliAdjusted([0.01, 0.04]) // [0.03, 0.06]
 */
export function benjaminiYekutieliAdjusted(p: readonly number[]): number[] {
  let harmonic = 0;
  for (let k = 1; k <= p.length; k++) harmonic += 1 / k;
  return stepUp(p, (value, rank) => (value * p.length * harmonic) / (rank + 1));
}

/**
 * e-BH: which e-values are large enough for the share of false rejections to stay at most alpha?
 *
 * Null hypothesis: of each test its own; an e-value has a mean of at most 1 under it. Valid under any dependence.
 *
 * @param e - e-values of one family, 0 or more
 * @param alpha - share of false rejections allowed
 * @returns indexes rejected, in increasing order
 *
 * Complexity: O(m log m).
 *
 * Reference: Wang and Ramdas, False discovery rate control with e-values (2022).
 * @example
 * eBenjaminiHochberg([50, 1, 30], 0.1) // [0, 2]
 */
export function eBenjaminiHochberg(e: readonly number[], alpha: number): number[] {
  const order = e.map((_, i) => i).sort((a, b) => e[b]! - e[a]! || a - b);
  let rejected = 0;
  order.forEach((i, rank) => {
    if (e[i]! >= e.length / (alpha * (rank + 1))) rejected = rank + 1;
  });
  return order.slice(0, rejected).sort((a, b) => a - b);
}

type Adjust = (value: number, rank: number) => number;

/** Adjusted values never fall as p rises. */
function stepDown(p: readonly number[], adjust: Adjust): number[] {
  const adjusted: number[] = p.map(() => 1);
  let most = 0;
  increasing(p).forEach((i, rank) => {
    most = Math.max(most, Math.min(1, adjust(p[i]!, rank)));
    adjusted[i] = most;
  });
  return adjusted;
}

/** Adjusted values never rise as p falls. */
function stepUp(p: readonly number[], adjust: Adjust): number[] {
  const adjusted: number[] = p.map(() => 1);
  const order = increasing(p);
  let least = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const i = order[rank]!;
    least = Math.min(least, adjust(p[i]!, rank));
    adjusted[i] = least;
  }
  return adjusted;
}

function increasing(p: readonly number[]): number[] {
  return p.map((_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b);
}
