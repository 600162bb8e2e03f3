import type { Verdict } from '../domain/finding.ts';
import type { BaselineSummary, JobSummary, ModelSummary } from './ports.ts';

/** What a baseline holds of one subject. */
export interface ShownSubject {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  /** '' for one that is tested, otherwise why it was set aside. */
  readonly aside: string;
  readonly rows: number;
  /** Share of missing values. */
  readonly missing: number;
  readonly bins: number;
  /** Range of a numeric subject, null otherwise, like its mean. */
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
  /** The commonest ten. */
  readonly categories: readonly string[];
}

/** One subject of two baselines. The numbers are null where it is not in both, or not tested. */
export interface ComparedSubject {
  readonly subject: string;
  /** `differs`, `alike`, `too few rows`, `added`, `removed`, `set aside`, or its new kind. */
  readonly state: string;
  /** Share of rows that moved, with limits. */
  readonly effect: number | null;
  readonly effectLow: number | null;
  readonly effectHigh: number | null;
  readonly p: number | null;
  readonly missing: number | null;
  readonly missingBefore: number | null;
}

/** Throws LeewayError: LW_NOT_FOUND, LW_CONFLICT. */
export interface BaselineHistory {
  show(
    model: string,
    baseline: number,
  ): Promise<BaselineSummary & { readonly subjects: readonly ShownSubject[] }>;
  /** `second` against `first`, largest effect first. */
  compare(model: string, first: number, second: number): Promise<readonly ComparedSubject[]>;
  /** Activates the one that was active before; a dry run only says which. */
  rollBack(order: { readonly model: string; readonly by: string; readonly dryRun: boolean }): Promise<{
    readonly from: number;
    readonly to: number;
    readonly at: number;
    readonly done: boolean;
  }>;
}

/** A window that was looked at. Times are epoch milliseconds. */
export interface WindowSummary {
  readonly environment: string;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly baseline: number;
  /** Findings by verdict. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

export interface WindowList {
  /** Newest first; null is any. */
  windows(query: {
    readonly model: string;
    readonly environment: string | null;
    readonly windowSeconds: number | null;
    readonly blind: boolean;
    readonly limit: number;
  }): Promise<readonly WindowSummary[]>;
}

/** How everything stands. Times are epoch milliseconds. */
export interface Overview {
  readonly version: string;
  readonly now: number;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Null in a process that does not ingest. */
  readonly storeUp: boolean | null;
  /** Stored by this process, mean of the last minute. */
  readonly rowsPerSecond: number;
  readonly models: readonly (Pick<
    ModelSummary,
    'model' | 'environment' | 'verdict' | 'firing' | 'learning' | 'lastSeen' | 'baseline' | 'armed'
  > & {
    readonly lastWindow: { readonly end: number; readonly seconds: number; readonly drifted: number } | null;
  })[];
  readonly sources: readonly {
    readonly source: string;
    /** Null: another process reads it. */
    readonly state: string | null;
    readonly partitions: number;
    readonly lag: number;
    readonly readUpTo: number;
  }[];
  /** Jobs whose last run failed. */
  readonly failing: readonly Pick<JobSummary, 'job' | 'model' | 'started' | 'detail'>[];
  /** Receivers that are not sent everything, and why; absent: not known here. */
  readonly receivers?: readonly { readonly name: string; readonly trouble: string }[];
}

export interface OverviewReader {
  overview(): Promise<Overview>;
}

/** Answer to one thing a support person would ask. */
export interface DoctorAnswer {
  readonly area: string;
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly text: string;
  readonly advice: string;
}

export interface DoctorReader {
  /** `deep` also knocks at the receivers of messages. */
  report(request: { readonly deep: boolean }): Promise<{
    readonly version: string;
    /** Epoch milliseconds. */
    readonly now: number;
    readonly lines: readonly DoctorAnswer[];
    /** Those that are not the defaults, secrets hidden. */
    readonly settings: readonly { readonly name: string; readonly value: string }[];
  }>;
}
