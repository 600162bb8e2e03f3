import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { Evidence } from './memory.ts';
import { doubtOf, type Policy, pagingTolerance, severityOf } from './policy.ts';

/** What a policy reads out of one judged window. */
export interface Reading {
  /** `none`: nothing in it could be judged. */
  readonly status: 'none' | 'page' | 'near' | 'clear';
  /** Findings at the paging tolerance, worst first. */
  readonly paging: readonly Finding[];
  /** `check subject` of the findings at or above the resolving share of their paging tolerance. */
  readonly held: readonly string[];
  /** `check subject` of the findings that could not be judged. */
  readonly unknown: readonly string[];
  /** Whether anything drifted below the paging tolerance. */
  readonly warned: boolean;
  readonly doubts: readonly string[];
  /** Why nothing could be judged, when status is `none`. */
  readonly inconclusive: InconclusiveReason;
}

const inconclusiveReasons = ['blind', 'failed', 'learning', 'insufficient', 'no-data'] as const;
export type InconclusiveReason = (typeof inconclusiveReasons)[number];

/** Most findings kept with an alert and sent with its messages; the count of all is kept beside them. */
export const evidenceLimit = 10;

const keyOf = (finding: Finding) => `${finding.check} ${finding.subject}`;

/** Reads a window by a policy. Order of the findings does not matter. */
export function readWindow(window: JudgedWindow, policy: Policy): Reading {
  const paging: Finding[] = [];
  const held: string[] = [];
  const unknown: string[] = [];
  let clear = false;
  let warned = false;
  for (const finding of window.findings) {
    const severity = severityOf(finding, policy);
    if (severity === 'page') paging.push(finding);
    if (severity === 'page' || severity === 'near') held.push(keyOf(finding));
    if (severity === 'unknown') unknown.push(keyOf(finding));
    if (severity === 'near' || severity === 'warn') warned = true;
    if (severity === 'clear' || severity === 'warn') clear = true;
  }
  const doubts = window.findings.map(finding => doubtOf(finding, policy)).filter(doubt => doubt !== null);
  return {
    status: paging.length > 0 ? 'page' : held.length > 0 ? 'near' : clear ? 'clear' : 'none',
    paging: paging.sort((a, b) => badness(b, policy) - badness(a, policy) || (keyOf(a) < keyOf(b) ? -1 : 1)),
    held: held.sort(),
    unknown: unknown.sort(),
    warned,
    doubts: [...new Set(doubts)].sort(),
    inconclusive: inconclusiveReasons.find(r => window.findings.some(f => f.verdict === r)) ?? 'no-data',
  };
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
    check: finding.check,
    subject: finding.subject,
    effect: finite(finding.effect),
    effectLow: finite(finding.effectLow),
    effectHigh: finite(finding.effectHigh),
    tolerance: finite(pagingTolerance(finding, policy)),
    n: finding.n,
    nReference: finding.nReference,
    sentence: finding.sentence.slice(0, 400),
  }));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
