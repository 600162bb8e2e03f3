import type { Finding } from '../domain/finding.ts';

/** Which findings matter and how. The default works unset; others will be read from files. */
export interface Policy {
  readonly name: string;
  /** Least effect that pages, by check. Verdict `drift` below it is a warning: shown and exported, nobody is told. */
  readonly pagingEffects: Readonly<Record<string, number>>;
  /** The same for drift found in what is rare: a tail or a category of at most `rareShare` of the baseline's rows. */
  readonly rareEffect: number;
  readonly rareShare: number;
  /**
   * Checks whose false alarms depend on the stream's own noise. While that is not known (calibration `learning`) they
   * page at windows of `pooledSeconds` and longer only, with `learningFactor` times the effect.
   */
  readonly noisyChecks: readonly string[];
  /** How far the noise must be known for a finding to order a retraining. */
  readonly orderingCalibrations: readonly Finding['calibration'][];
  readonly pooledSeconds: number;
  readonly learningFactor: number;
  /** Checks whose verdict `drift` pages by itself: they carry their own threshold. */
  readonly pagingChecks: readonly string[];
  /** An episode lasts while an effect is at or above this share of its paging tolerance. */
  readonly resolveShare: number;
  /** Checks that put the data itself in doubt: while they page, nothing is retrained on it. */
  readonly doubtfulChecks: readonly string[];
  /** Checks that speak of what the model sees or says: the ones that retraining can help. */
  readonly remedialChecks: readonly string[];
  /**
   * A hold that only lasts because its subjects cannot be judged any more lapses this long after the window it rests on:
   * otherwise an alert could stay open for ever. Milliseconds.
   */
  readonly lapse: number;
  /** A window that ended longer ago than the larger of this and its own length notifies nobody. Milliseconds. */
  readonly longPast: number;
}

/**
 * The body of a distribution pages at .10; what is rare (missing, of a wrong type, unseen, a small tail, a small category) at .02. A
 * measure and threshold of the user's own (`drift:psi`) pages by its verdict.
 */
export const defaultPolicy: Policy = {
  name: 'default',
  pagingEffects: { drift: 0.1, missing: 0.02, mismatch: 0.02, unseen: 0.02 },
  rareEffect: 0.02,
  rareShare: 0.02,
  noisyChecks: ['drift', 'latency'],
  orderingCalibrations: ['calibrated'],
  pooledSeconds: 86_400,
  learningFactor: 2,
  pagingChecks: ['schema', 'errors', 'latency', 'volume', 'objective'],
  resolveShare: 0.8,
  doubtfulChecks: ['schema', 'missing', 'mismatch', 'volume', 'reused'],
  remedialChecks: ['drift', 'unseen', 'performance'],
  lapse: 14 * 86_400_000,
  longPast: 2 * 3_600_000,
};

/**
 * What one finding means: `page` tells people, `near` keeps an open episode open, `warn` is shown, `clear` was judged
 * and is fine, `unknown` could not be judged, `other` is not this policy's business (a version, a segment, a check
 * that is only exported).
 */
export type Severity = 'page' | 'near' | 'warn' | 'clear' | 'unknown' | 'other';

/** A share of a tolerance is not exact in binary. */
const rounding = 1e-12;

/** Severity of a finding. Only findings over all versions and segments count: the false-alarm budget is theirs. */
export function severityOf(finding: Finding, policy: Policy): Severity {
  if (finding.version !== '' || finding.segment !== '') return 'other';
  const verdictOnly = policy.pagingChecks.includes(finding.check) || finding.check.startsWith('drift:');
  if (policy.pagingEffects[finding.check] === undefined && !verdictOnly) return 'other';
  if (finding.verdict === 'stable') return 'clear';
  // No rows where rows were expected is as loud as too few of them; where none were, it says nothing.
  if (finding.verdict === 'no-data') return verdictOnly && finding.p <= finding.alpha ? 'page' : 'unknown';
  if (finding.verdict !== 'drift') return 'unknown';
  const noisy = isNoisy(finding, policy);
  if (noisy && finding.windowSeconds < policy.pooledSeconds) return 'warn';
  if (verdictOnly && !noisy) return 'page';
  const paging = pagingTolerance(finding, policy);
  if (finding.effect >= paging) return 'page';
  return finding.effect >= policy.resolveShare * paging - rounding ? 'near' : 'warn';
}

/** Whether a finding was judged before the noise of its stream was known, by a check that needs to know it. */
function isNoisy(finding: Finding, policy: Policy): boolean {
  return finding.calibration === 'learning' && policy.noisyChecks.includes(finding.check);
}

/** Tolerance the effect is held against when deciding whether to page. */
export function pagingTolerance(finding: Finding, policy: Policy): number {
  const rare = isRare(finding, policy);
  const usual = rare ? policy.rareEffect : (policy.pagingEffects[finding.check] ?? finding.tolerance);
  return isNoisy(finding, policy) ? policy.learningFactor * usual : usual;
}

/** Whether what moved is rare: a common category, or a wide range of values, moves by a few per cent in most years. */
function isRare({ check, detail }: Finding, policy: Policy): boolean {
  const share = detail['referenceShare'];
  return (
    check === 'drift' && detail['part'] === 'rare' && typeof share === 'number' && share <= policy.rareShare
  );
}

/** Whether a finding is of the kind that retraining helps with. */
export function isRemedial(finding: Finding, policy: Policy): boolean {
  return policy.remedialChecks.includes(finding.check) || finding.check.startsWith('drift:');
}

/** Why this finding forbids retraining for now: `blind`, or the check and subject in doubt; null when it does not. */
export function doubtOf(finding: Finding, policy: Policy): string | null {
  if (finding.verdict === 'blind') return 'blind';
  if (finding.version !== '' || finding.segment !== '' || finding.verdict !== 'drift') return null;
  if (!policy.doubtfulChecks.includes(finding.check)) return null;
  const paging = policy.pagingEffects[finding.check];
  if (paging !== undefined && !(finding.effect >= paging)) return null;
  return finding.subject === '' ? finding.check : `${finding.check} ${finding.subject}`;
}
