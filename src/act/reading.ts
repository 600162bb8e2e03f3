import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { Evidence, HeldBack } from './memory.ts';
import {
  doubtOf,
  heldBackSeverity,
  inhibitorOf,
  isInhibitable,
  type Policy,
  pagingTolerance,
  severityOf,
} from './policy.ts';

/** What a policy reads out of one judged window. */
export interface Reading {
  /** `none`: nothing in it could be judged. */
  readonly status: 'none' | 'page' | 'near' | 'clear';
  /** Findings at the paging tolerance, worst first. */
  readonly paging: readonly Finding[];
  /** `check subject` of the findings at or above the resolving share of their paging tolerance. */
  readonly held: readonly string[];
  /** `check subject` of the findings that could not be judged, or are held back. */
  readonly unknown: readonly string[];
  /** Whether anything drifted below the paging tolerance. */
  readonly warned: boolean;
  readonly doubts: readonly string[];
  /** What puts the data of the window in doubt as a whole, and the drift that would page without it, worst first. */
  readonly inhibitors: readonly string[];
  readonly inhibited: readonly Finding[];
  /** Why nothing could be judged, when status is `none`. */
  readonly inconclusive: InconclusiveReason;
}

const inconclusiveReasons = ['blind', 'failed', 'learning', 'insufficient', 'no-data'] as const;
export type InconclusiveReason = (typeof inconclusiveReasons)[number] | 'inhibited';

/** Most findings kept with an alert and sent with its messages; the count of all is kept beside them. */
export const evidenceLimit = 10;

const keyOf = (finding: Finding) => `${finding.check} ${finding.subject}`;

/** Reads a window by a policy. Order of the findings does not matter. */
export function readWindow(window: JudgedWindow, policy: Policy): Reading {
  const paging: Finding[] = [];
  const held: string[] = [];
  const unknown: string[] = [];
  const inhibited: Finding[] = [];
  const { doubts, inhibitors } = troubleOf(window, policy);
  let clear = false;
  let warned = false;
  let waits = false;
  for (const finding of window.findings) {
    const severity = severityOf(finding, policy);
    const holds = severity === 'page' || severity === 'near';
    const judged = finding.verdict !== 'blind' && finding.verdict !== 'failed';
    const doubtful = judged && inhibitors.length > 0 && isInhibitable(finding, policy);
    if (doubtful && heldBackSeverity(finding, policy) === 'page') inhibited.push(finding);
    if (doubtful && severity === 'page') waits = true;
    if (severity === 'page' && !doubtful) paging.push(finding);
    if (holds && !doubtful) held.push(keyOf(finding));
    if (severity === 'unknown' || (holds && doubtful)) unknown.push(keyOf(finding));
    if (severity === 'near' || severity === 'warn') warned = true;
    if (severity === 'clear' || severity === 'warn') clear = true;
  }
  const named = inconclusiveReasons.find(r => window.findings.some(f => f.verdict === r)) ?? 'no-data';
  return {
    status: paging.length > 0 ? 'page' : held.length > 0 ? 'near' : clear ? 'clear' : 'none',
    paging: worstFirst(paging, policy),
    held: held.sort(),
    unknown: unknown.sort(),
    warned,
    doubts,
    inhibitors,
    inhibited: worstFirst(inhibited, policy),
    inconclusive: waits ? 'inhibited' : named,
  };
}

/** Why the data of a window is in doubt, in parts or as a whole. */
export function troubleOf(
  { findings }: JudgedWindow,
  policy: Policy,
): Pick<Reading, 'doubts' | 'inhibitors'> {
  const each = (of: (finding: Finding) => string | null) =>
    [...new Set(findings.map(of).filter(name => name !== null))].sort();
  return { doubts: each(finding => doubtOf(finding, policy)), inhibitors: each(inhibitorOf) };
}

function worstFirst(findings: readonly Finding[], policy: Policy): readonly Finding[] {
  return [...findings].sort(
    (a, b) => badness(b, policy) - badness(a, policy) || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

/**
 * Effect in units of its tolerance; a finding without numbers counts as exactly at it. Half of the rows is as bad as
 * twice as many.
 */
function badness(finding: Finding, policy: Policy): number {
  if (finding.check === 'volume')
    return Math.max(finding.effect, 1 / finding.effect) / finding.tolerance || 1;
  const ratio = finding.effect / pagingTolerance(finding, policy);
  return Number.isFinite(ratio) ? ratio : 1;
}

/** The worst findings in the shape they are kept and sent. */
export function evidenceOf(paging: readonly Finding[], policy: Policy): readonly Evidence[] {
  return paging.slice(0, evidenceLimit).map(finding => ({
    ...heldBackOf(finding, policy),
    effectLow: finite(finding.effectLow),
    effectHigh: finite(finding.effectHigh),
    n: finding.n,
    nReference: finding.nReference,
    p: finite(finding.p),
    alpha: finite(finding.alpha),
    calibration: finding.calibration,
    sentence: finding.sentence.slice(0, 400),
  }));
}

/** Findings that are held back, in short. */
export function inhibitedOf(reading: Pick<Reading, 'inhibited'>, policy: Policy) {
  const worst = reading.inhibited.slice(0, evidenceLimit).map(finding => heldBackOf(finding, policy));
  return { found: reading.inhibited.length, worst };
}

function heldBackOf(finding: Finding, policy: Policy): HeldBack {
  return {
    check: finding.check,
    subject: finding.subject,
    effect: finite(finding.effect),
    tolerance: finite(pagingTolerance(finding, policy)),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
