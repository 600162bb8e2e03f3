import type { Finding } from '../../domain/finding.ts';
import { verdictFrom } from '../../stats/verdict.ts';

/**
 * A finding as it would read under another false-alarm budget: its level is proportional to the budget, p and effect
 * do not depend on it. The smallest shift that would have been found stays what it was under the budget it was judged
 * by. Findings without a level (schema, objectives, `learning`, `blind`) say the same under every budget.
 *
 * @param ratio - new budget over the one the finding was judged by
 * @example
 * rescaled({ ...finding, verdict: 'stable', p: 1e-4, alpha: 9e-5, effect: 0.2, tolerance: 0.02 }, 2).verdict // 'drift'
 */
export function rescaled(finding: Finding, ratio: number): Finding {
  const { verdict, p, alpha, effect, tolerance, n, smallestDetectable: least } = finding;
  const judged = verdict === 'drift' || verdict === 'stable' || verdict === 'insufficient';
  if (ratio === 1 || !judged || !Number.isFinite(p) || !(alpha > 0)) return finding;
  const level = Math.min(1, alpha * ratio);
  // Half of the rows is as much as twice as many.
  const size = finding.check === 'volume' ? Math.max(effect, 1 / effect) : effect;
  if (p <= level && size >= tolerance) return { ...finding, alpha: level, verdict: 'drift' };
  if (verdict !== 'drift') return { ...finding, alpha: level };
  return {
    ...finding,
    alpha: level,
    verdict: verdictFrom({ p, effect, n, least }, { alpha: level, tolerance }),
  };
}
