/** Share of the budget that each window length gets. */
export const budgetShare = 0.25;

/** Hours in the 30 days the budget is stated for. */
export const monthHours = 720;

/**
 * Level of one test, from the number of false alarms a model may give in 30 days: at what p does a subject alarm?
 *
 * By linearity of expectation the expected number of false alarms is then at most the budget, whatever the dependence
 * between subjects, overlapping windows and lengths. Each of the four lengths (1, 6, 24, 168 h) gets a quarter; a
 * length of L hours is evaluated every max(1, L / 6) hours.
 *
 * @param budget - expected false alarms per model and 30 days, e.g. 1
 * @param features - subjects that are tested, counted when the baseline was activated; at least 1 is taken
 * @param windowSeconds - length of the window in seconds
 * @returns alpha, at most 1
 *
 * It holds for rows that are independent and come from one distribution while nothing changes. Daily cycles and
 * batches break that.
 *
 * Reference: Bonferroni's inequality, over subjects and evaluations.
 * @example
 * alarmLevel(1, 50, 3600) // 0.000006944444444444444
 */
export function alarmLevel(budget: number, features: number, windowSeconds: number): number {
  const hours = windowSeconds / 3600;
  // To one decimal, as the published figures were measured: 720, 720, 180 and 25.7.
  const evaluations = Math.round((10 * monthHours) / Math.max(1, hours / 6)) / 10;
  return Math.min(1, (budget * budgetShare) / (Math.max(1, features) * evaluations));
}
