/**
 * Why a window did what it did, or an alert changed: a closed list, because it becomes a column and a label.
 * docs/alerts.md explains each.
 */
export const decisionReasons = [
  // Changes.
  'opened',
  'opened-by-late-data',
  'resolved',
  'resolved-by-late-data',
  'announced',
  'long-past',
  'silenced',
  'pending',
  'passed',
  'extended',
  'extended-by-late-data',
  'reminded',
  'paused',
  'resumed',
  'policy-removed',
  // Nothing changed, and why.
  'still-firing',
  'still-pending',
  'held-by-hysteresis',
  'held-until-clear',
  'held-inconclusive',
  'held-by-other-window',
  'held-below-tolerance',
  'inhibited',
  'stable',
  'insufficient',
  'learning',
  'no-data',
  'blind',
  'failed',
  'other-length',
  'window-before-activation',
  'out-of-order',
  'ahead-of-time',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];
