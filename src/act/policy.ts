import type { AlertSeverity } from '../domain/alert.ts';
import type { Finding } from '../domain/finding.ts';
import { windowLengths } from '../domain/window.ts';
import { fitsGlob } from '../lib/glob.ts';

/** What an alert does: tell people, order; `auto` tells people and orders what the findings call for. */
export const policyActions = ['auto', 'notify', 'retrain', 'rebuild'] as const;
export type PolicyAction = (typeof policyActions)[number];

/** Which findings matter and how. The default works unset; others are read from files. */
export interface Policy {
  readonly name: string;
  readonly severity: AlertSeverity;
  /** Names of the receivers that are told; empty = every receiver that takes alerts. */
  readonly routes: readonly string[];
  readonly actions: readonly PolicyAction[];
  /** Patterns of the checks it looks at, and those of them that are not its business all the same. */
  readonly checks: readonly string[];
  readonly leftOut: readonly string[];
  /** Patterns of the subjects it looks at; empty = all, and what is found of the stream as a whole. */
  readonly subjects: readonly string[];
  /** Window lengths it looks at, seconds. */
  readonly windows: readonly number[];
  /** An episode opens when so many of the last windows of one length, that could be judged, page. */
  readonly when: { readonly windows: number; readonly of: number };
  /** Least effect that pages, by check. Verdict `drift` below it is a warning: shown and exported, nobody is told. */
  readonly pagingEffects: Readonly<Record<string, number>>;
  /** The same for drift found in what is rare: a tail or a category of at most `rareShare` of the baseline's rows. */
  readonly rareEffect: number;
  readonly rareShare: number;
  /** A measure with a threshold of the policy's own: its value decides, whatever the verdict. */
  readonly measure: {
    readonly check: string;
    readonly threshold: number;
    readonly alarmsWhen: 'above' | 'below';
  } | null;
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
  /** An episode lasts while an effect is at or above this share of its paging tolerance, ... */
  readonly resolveShare: number;
  /** ... and until so many windows in a row are below it. */
  readonly resolveWindows: number;
  /** How long after the last message people are reminded of an open episode, milliseconds; null = never. */
  readonly remind: number | null;
  /** Checks that put the data itself in doubt: while they page, nothing is retrained on it. */
  readonly doubtfulChecks: readonly string[];
  /** Checks that speak of what the model sees or says: the ones that retraining can help. */
  readonly remedialChecks: readonly string[];
  /** Of these, the ones that mean little in a window whose data is in doubt as a whole: they are held back in it. */
  readonly inhibitedChecks: readonly string[];
  /** Checks after which the pipeline itself is out of date. */
  readonly rebuildChecks: readonly string[];
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
  severity: 'critical',
  routes: [],
  actions: ['auto'],
  checks: ['*'],
  leftOut: ['blind'],
  subjects: [],
  windows: windowLengths,
  when: { windows: 1, of: 1 },
  pagingEffects: { drift: 0.1, missing: 0.02, mismatch: 0.02, unseen: 0.02 },
  rareEffect: 0.02,
  rareShare: 0.02,
  measure: null,
  noisyChecks: ['drift', 'latency'],
  orderingCalibrations: ['calibrated'],
  pooledSeconds: 86_400,
  learningFactor: 2,
  pagingChecks: ['schema', 'errors', 'latency', 'volume', 'objective', 'performance'],
  resolveShare: 0.8,
  resolveWindows: 2,
  remind: null,
  doubtfulChecks: ['schema', 'missing', 'mismatch', 'volume', 'reused'],
  remedialChecks: ['drift', 'unseen', 'performance'],
  inhibitedChecks: ['drift', 'unseen'],
  rebuildChecks: ['schema', 'mismatch'],
  lapse: 14 * 86_400_000,
  longPast: 2 * 3_600_000,
};

/**
 * Leeway's own problems: windows that were not read, or whose judging failed. Windows of an hour say so soonest; longer
 * ones would go on saying so when all is read again.
 */
export const blindPolicy: Policy = {
  ...defaultPolicy,
  name: 'blind',
  actions: ['notify'],
  checks: ['blind'],
  leftOut: [],
  windows: [windowLengths[0]],
  pagingEffects: {},
  pagingChecks: ['blind'],
};

/** Whether the policy tells anybody. */
export function tells({ actions }: Pick<Policy, 'actions'>): boolean {
  return actions.includes('auto') || actions.includes('notify');
}

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
  return looksAt(finding, policy) ? gradeOf(finding, policy) : 'other';
}

function looksAt({ check, subject, verdict }: Finding, policy: Policy): boolean {
  const listens = (name: string) =>
    policy.checks.some(pattern => fitsGlob(pattern, name)) && !policy.leftOut.includes(name);
  // A window that was not read, or not judged, is the business of whoever looks for blindness, whatever check says it.
  const own = listens(check) || ((verdict === 'blind' || verdict === 'failed') && listens('blind'));
  if (!own || policy.subjects.length === 0) return own;
  return policy.subjects.some(pattern => fitsGlob(pattern, subject));
}

/** The same for a policy that would look at everything. */
function gradeOf(finding: Finding, policy: Policy): Severity {
  const { check, verdict } = finding;
  if (finding.version !== '' || finding.segment !== '') return 'other';
  if (policy.measure?.check === check) return gradeOfMeasure(finding, policy);
  if ((verdict === 'blind' || verdict === 'failed') && policy.pagingChecks.includes('blind')) return 'page';
  const sized = policy.pagingEffects[check] !== undefined;
  const verdictOnly = !sized && (policy.pagingChecks.includes(check) || check.startsWith('drift:'));
  if (!sized && !verdictOnly) return 'other';
  if (verdict === 'stable') return 'clear';
  // No rows where rows were expected is as loud as too few of them; where none were, it says nothing.
  if (verdict === 'no-data') return verdictOnly && isNoData(finding) ? 'page' : 'unknown';
  if (verdict !== 'drift') return 'unknown';
  const noisy = isNoisy(finding, policy);
  if (noisy && finding.windowSeconds < policy.pooledSeconds) return 'warn';
  if (verdictOnly && !noisy) return 'page';
  const paging = pagingTolerance(finding, policy);
  if (finding.effect >= paging) return 'page';
  return finding.effect >= policy.resolveShare * paging - rounding ? 'near' : 'warn';
}

/** By the value of the measure, which is the finding's effect. */
function gradeOfMeasure({ verdict, effect }: Finding, { measure, resolveShare }: Policy): Severity {
  const { threshold, alarmsWhen } = measure!;
  if (verdict !== 'drift' && verdict !== 'stable') return 'unknown';
  if (alarmsWhen === 'below') {
    if (effect < threshold) return 'page';
    return effect < threshold / resolveShare ? 'near' : 'clear';
  }
  if (effect > threshold) return 'page';
  // A share of a threshold below 0 would lie above it.
  return threshold > 0 && effect >= resolveShare * threshold - rounding ? 'near' : 'clear';
}

function isNoData({ verdict, p, alpha }: Finding): boolean {
  return verdict === 'no-data' && p <= alpha;
}

/** Whether a finding was judged before the noise of its stream was known, by a check that needs to know it. */
function isNoisy(finding: Finding, policy: Policy): boolean {
  return finding.calibration === 'learning' && policy.noisyChecks.includes(finding.check);
}

/** Tolerance the effect is held against when deciding whether to page. */
export function pagingTolerance(finding: Finding, policy: Policy): number {
  if (policy.measure?.check === finding.check) return policy.measure.threshold;
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

/** Whether a finding means little while the data of its window is in doubt as a whole. */
export function isInhibitable(finding: Finding, policy: Policy): boolean {
  return policy.inhibitedChecks.includes(finding.check) || finding.check.startsWith('drift:');
}

/** Severity of drift that is held back, whether or not this policy looks at it. */
export function heldBackSeverity(finding: Finding, policy: Policy): Severity {
  const effects = { ...defaultPolicy.pagingEffects, ...policy.pagingEffects };
  return isInhibitable(finding, policy) ? gradeOf(finding, { ...policy, pagingEffects: effects }) : 'other';
}

/** What puts the data of the finding's whole window in doubt: blind, failed, no-data, schema, volume; null without. */
export function inhibitorOf(finding: Finding): string | null {
  const { check, verdict } = finding;
  if (verdict === 'blind' || verdict === 'failed') return verdict;
  if (finding.version !== '' || finding.segment !== '') return null;
  if (check === 'volume' && isNoData(finding)) return 'no-data';
  return verdict === 'drift' && (check === 'schema' || check === 'volume') ? check : null;
}

/** Why this finding forbids retraining for now: `blind`, or the check and subject in doubt; null when it does not. */
export function doubtOf(finding: Finding, policy: Policy): string | null {
  if (finding.verdict === 'blind') return 'blind';
  if (finding.version !== '' || finding.segment !== '' || finding.verdict !== 'drift') return null;
  if (!policy.doubtfulChecks.includes(finding.check)) return null;
  const paging = policy.pagingEffects[finding.check] ?? defaultPolicy.pagingEffects[finding.check];
  if (paging !== undefined && !(finding.effect >= paging)) return null;
  // Missing in every row is gone: the schema has changed, or its sender is broken.
  if (finding.check === 'missing' && finding.detail['share'] === 1) return `schema ${finding.subject}`;
  return finding.subject === '' ? finding.check : `${finding.check} ${finding.subject}`;
}
