/** What people ask of alerts: to be left alone for a while. Times are epoch milliseconds of the run's clock. */

/** Names an alert: a policy over one model in one environment. */
export interface ControlledAlert {
  readonly policy: string;
  readonly model: string;
  readonly environment: string;
}

/** Which findings a silence covers: patterns in which `*` stands for any text. An empty list fits every name. */
export interface SilenceMatch {
  readonly models: readonly string[];
  readonly environments: readonly string[];
  readonly policies: readonly string[];
  readonly checks: readonly string[];
  readonly subjects: readonly string[];
}

/** When a recurring silence begins, by the clock on the wall of a time zone, and how long it lasts by that clock. */
export interface Recurrence {
  /** Minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  readonly durationSeconds: number;
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Findings that nobody is to be told of. Made once, may be ended once; nothing else of it ever changes. */
export interface Silence {
  readonly id: string;
  readonly match: SilenceMatch;
  /** Begins at `from` and is over at `to`; null, allowed for a recurring one alone, is never. */
  readonly from: number;
  readonly to: number | null;
  /** Within `from` and `to` only at these times; null: all the time. */
  readonly recurrence: Recurrence | null;
  readonly by: string;
  readonly note: string;
  readonly created: number;
  /** When somebody ended it early; null: nobody has. It counts for what lies before. */
  readonly ended: number | null;
  readonly endedBy: string;
}

/** Somebody takes an episode on, or gives it back. */
export interface Acknowledgement extends ControlledAlert {
  readonly episode: number;
  /** False: taken back. */
  readonly acknowledged: boolean;
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

/** Somebody stops an alert from changing, or lets it go on. */
export interface Pause extends ControlledAlert {
  /** False: goes on. */
  readonly paused: boolean;
  /** Goes on by itself at this moment; null: when somebody says so. */
  readonly until: number | null;
  readonly by: string;
  readonly note: string;
  readonly at: number;
}
