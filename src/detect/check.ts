import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { Finding, Verdict } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import type { TestedCheck } from './alphas.ts';
import type { Calendar } from './calendar.ts';
import type { CalibrationState } from './calibration.ts';
import type { MeasureRule } from './checks/measures.ts';
import type { Objectives } from './checks/objective.ts';
import type { DueWindow } from './due.ts';
import type { unlabelled, WindowPerformance } from './performance.ts';
import type { Coverage, RepeatedIds, Stream } from './ports.ts';
import type { WindowTests } from './window-noise.ts';

/** Everything the checks may look at: one window of one stream, and the baseline that judges it. */
export interface CheckContext {
  readonly stream: Stream;
  readonly window: DueWindow;
  readonly baseline: Baseline;
  /** Distinct rows of the window. */
  readonly rows: number;
  /** Profile of a subject over the window; a feature without one was missing in every row. */
  readonly profileOf: (subject: BaselineSubject) => Profile;
  /** Level of one check in a window of this length; the stream as a whole is null. */
  readonly alphaOf: (subject: BaselineSubject | null, check: TestedCheck) => number;
  /** Tests against the subject's own past; null while the noise is not known for this length. */
  readonly testsOf: (subject: BaselineSubject) => WindowTests | null;
  /** How far the noise of the stream is known for this window. */
  readonly state: CalibrationState;
  /** Version of the fit behind `testsOf`; 0 without one. */
  readonly noiseVersion: number;
  /** Hours of the stream, with their rows. */
  readonly coverage: Coverage;
  /** Days that do not run like the others. */
  readonly calendar: Calendar;
  /** What the service has promised; null without objectives. */
  readonly objectives: Objectives | null;
  /** Ids seen more than once in the raw rows of a day; null in any other window, and where no raw row is left. */
  readonly repeatedIds: RepeatedIds | null;
  /** Measures and thresholds of the user's own. */
  readonly measureRules: readonly MeasureRule[];
  /** Rows in which a field has a value that the baseline lacks. */
  readonly unknownFields: ReadonlyMap<string, number>;
  /** Labelled rows of the window and what they are held against; null or absent where they are not looked at. */
  readonly performance?: WindowPerformance | typeof unlabelled | null;
  /** Why the window cannot be judged; null when it can. */
  readonly learning: string | null;
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
  /** Whether the p comes from the stream's own past; rows count as independent otherwise. */
  readonly fitted?: boolean;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

/** Where a finding belongs. */
export type FindingPlace = Pick<CheckContext, 'stream' | 'window' | 'learning'> &
  Partial<Pick<CheckContext, 'state' | 'noiseVersion'>>;

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
    // What was not held against a fit must not claim to be.
    calibration: said.fitted === true ? (place.state?.calibration ?? 'learning') : 'learning',
    noiseVersion: said.fitted === true ? (place.noiseVersion ?? 0) : 0,
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
    detail: {
      ...said.detail,
      activeFrom: window.activeFrom,
      ...(place.state === undefined ? {} : { calibratedFrom: place.state.calibratedFrom }),
      ...(learning === null ? {} : { learning }),
    },
    sentence:
      learning === null || kept
        ? said.sentence
        : `${said.sentence} Learning: the window ${reasonText(learning)}.`,
  };
}

function reasonText(reason: string): string {
  return reason === 'no baseline yet' ? 'ends before the first baseline is active' : reason;
}
