import type { Finding } from '../domain/finding.ts';

/** Which findings matter and how. The default works unset; others will be read from files. */
export interface Policy {
  readonly name: string;
  /** Least effect that pages, by check. Verdict `drift` below it is a warning: shown and exported, nobody is told. */
  readonly pagingEffects: Readonly<Record<string, number>>;
  /** Checks whose verdict `drift` pages by itself: they carry their own threshold. */
  readonly pagingChecks: readonly string[];
  /** An episode lasts while an effect is at or above this share of its paging tolerance. */
  readonly resolveShare: number;
  /** Checks that put the data itself in doubt: while they page, nothing is retrained on it. */
  readonly doubtfulChecks: readonly string[];
  /** Checks that speak of what the model sees or says: the ones that retraining can help. */
  readonly remedialChecks: readonly string[];
  /** A window that ended longer ago than the larger of this and its own length notifies nobody. Milliseconds. */
  readonly longPast: number;
}

/** Body of a distribution pages at .10, rare values (missing, of a wrong type, unseen) at .02. */
export const defaultPolicy: Policy = {
  name: 'default',
  pagingEffects: { drift: 0.1, missing: 0.02, mismatch: 0.02, unseen: 0.02 },
  pagingChecks: ['schema', 'errors', 'latency'],
  resolveShare: 0.8,
  doubtfulChecks: ['schema', 'missing', 'mismatch', 'reused'],
  remedialChecks: ['drift', 'unseen', 'performance'],
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
  const verdictOnly = policy.pagingChecks.includes(finding.check);
  const paging = policy.pagingEffects[finding.check];
  if (paging === undefined && !verdictOnly) return 'other';
  if (finding.verdict === 'stable') return 'clear';
  if (finding.verdict !== 'drift') return 'unknown';
  if (verdictOnly || paging === undefined || finding.effect >= paging) return 'page';
  return finding.effect >= policy.resolveShare * paging - rounding ? 'near' : 'warn';
}

/** Tolerance the effect is held against when deciding whether to page. */
export function pagingTolerance(finding: Finding, policy: Policy): number {
  return policy.pagingEffects[finding.check] ?? finding.tolerance;
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
