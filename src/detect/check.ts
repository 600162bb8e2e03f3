import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { Finding, Verdict } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import type { DueWindow, LearningReason } from './due.ts';
import type { Stream } from './ports.ts';

/** Everything the checks may look at: one window of one stream, and the baseline that judges it. */
export interface CheckContext {
  readonly stream: Stream;
  readonly window: DueWindow;
  readonly baseline: Baseline;
  /** Distinct rows of the window. */
  readonly rows: number;
  /** Profile of a subject over the window; a feature without one was missing in every row. */
  readonly profileOf: (subject: BaselineSubject) => Profile;
  /** Level of each test of a subject in a window of this length. */
  readonly alphaOf: (subject: BaselineSubject) => number;
  /** Rows in which a field has a value that the baseline lacks. */
  readonly unknownFields: ReadonlyMap<string, number>;
  readonly learning: LearningReason | null;
}

/** One check on one window. Pure. */
export type Check = (context: CheckContext) => readonly Finding[];

/** What a check says; what it leaves out is not known (NaN) or nothing. */
export interface Said {
  readonly check: string;
  readonly subject?: string;
  readonly verdict: Verdict;
  readonly p?: number;
  readonly alpha?: number;
  readonly effect?: number;
  readonly effectLow?: number;
  readonly effectHigh?: number;
  readonly tolerance?: number;
  readonly n: number;
  readonly nReference?: number;
  readonly smallestDetectable?: number;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

/** Where a finding belongs. */
export type FindingPlace = Pick<CheckContext, 'stream' | 'window' | 'learning'>;

/**
 * A finding in its place. In a window that is `learning` what was computed is kept and shown, but the verdict is
 * `learning`, whatever the numbers say; only the absence of rows and of reading stay what they are.
 */
export function findingOf(place: FindingPlace, said: Said): Finding {
  const { stream, window, learning } = place;
  const unknown = Number.NaN;
  const kept = said.verdict === 'no-data' || said.check === 'blind';
  return {
    model: stream.model,
    environment: stream.environment,
    check: said.check,
    subject: said.subject ?? '',
    version: '',
    segment: '',
    windowStart: window.start,
    windowSeconds: window.end - window.start,
    generation: window.generation,
    verdict: learning !== null && !kept ? 'learning' : said.verdict,
    // No noise model is fitted yet, and the column must not say otherwise.
    calibration: 'learning',
    noiseVersion: 0,
    p: said.p ?? unknown,
    alpha: said.alpha ?? unknown,
    effect: said.effect ?? unknown,
    effectLow: said.effectLow ?? unknown,
    effectHigh: said.effectHigh ?? unknown,
    tolerance: said.tolerance ?? unknown,
    n: said.n,
    nReference: said.nReference ?? 0,
    smallestDetectable: said.smallestDetectable ?? unknown,
    baseline: window.baseline,
    detail: { ...said.detail, activeFrom: window.activeFrom, ...(learning === null ? {} : { learning }) },
    sentence:
      learning === null || kept
        ? said.sentence
        : `${said.sentence} Learning: the window ${reasonText(learning)}.`,
  };
}

function reasonText(reason: LearningReason): string {
  return reason === 'no baseline yet' ? 'ends before the first baseline is active' : reason;
}
