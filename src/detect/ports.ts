import type { Activation, Baseline } from '../domain/baseline.ts';
import type { Finding } from '../domain/finding.ts';
import type { LabelArrivals } from '../domain/performance.ts';
import type { Grain, Profile } from '../domain/profile.ts';
import type { OutcomeSums } from '../stats/performance/outcomes.ts';

/** One stream of rows: what windows are cut from. */
export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** A stream, and the 5-minute bucket of its first row (epoch seconds). */
export interface StreamStart extends Stream {
  readonly first: number;
}

/** A stream seen through the bins of one baseline. */
export interface StreamBaseline extends Stream {
  readonly baseline: number;
}

/** What is recorded of one hour that has rows. */
export interface HourState {
  /** Start, epoch seconds. */
  readonly hour: number;
  /** Generation of the hour's profile; 0 when there is none yet. */
  readonly generation: bigint;
  /** When that profile began to be read, store's clock, epoch milliseconds; 0 without one. */
  readonly started: number;
  /** Distinct rows in the hour's profile. */
  readonly rows: number;
  /** Distinct rows by the newest profile under any baseline; absent where there is none. */
  readonly counted?: number;
  /** Copies of rows, and ids with more than one content, seen when the hour was profiled: lower bounds; absent is 0. */
  readonly duplicates?: number;
  readonly reused?: number;
  /** Every bucket with rows is in the hour's profile. */
  readonly complete: boolean;
}

/** A day that has a profile of its own. */
export interface DayState {
  readonly day: number;
  readonly started: number;
}

/** Which profiles exist for one baseline of a stream, by hour and day. */
export interface Coverage {
  /** In order of time; hours without rows are left out. */
  readonly hours: readonly HourState[];
  readonly days: readonly DayState[];
}

/** A piece of a window that has a profile of its own. */
export interface Tile {
  readonly grain: Extract<Grain, 3600 | 86400>;
  /** Start, epoch seconds. */
  readonly bucket: number;
}

/** The profile of one subject in one tile. */
export interface TileProfile extends Tile {
  readonly subject: string;
  readonly generation: bigint;
  readonly profile: Profile;
}

/** Rows of one hour in which a field that the baseline lacks has a value. */
export interface FieldCount {
  readonly hour: number;
  readonly field: string;
  readonly rows: number;
}

/** Raw rows of a period, and the ids among them that came with several event times or versions. */
export interface RepeatedIds {
  /** Distinct rows. */
  readonly rows: number;
  readonly ids: number;
  /** Rows that bear these ids, beyond one for each. */
  readonly extra: number;
}

/** What detect reads. Implemented by store/windows.ts. */
export interface WindowReader {
  streams(): Promise<readonly StreamStart[]>;
  /** Hours and days from `from` (epoch seconds) on. */
  coverage(of: StreamBaseline, from: number): Promise<Coverage>;
  /** Valid profiles of tiles, of one version ('' = all rows), in order of tile and subject. */
  tiles(
    of: StreamBaseline,
    request: { readonly tiles: readonly Tile[]; readonly version: string },
  ): Promise<readonly TileProfile[]>;
  /** Fields outside `known` in the raw rows of hours [from, to), epoch seconds. */
  unknownFields(
    stream: Stream,
    request: { readonly known: readonly string[]; readonly from: number; readonly to: number },
  ): Promise<readonly FieldCount[]>;
  /** Ids seen under several event times or versions in the raw rows of [from, to), epoch seconds. */
  repeatedIds(stream: Stream, period: { readonly from: number; readonly to: number }): Promise<RepeatedIds>;
}

/** A window that has findings. */
export interface LedgerEntry {
  readonly windowStart: number;
  readonly windowSeconds: number;
  /** Generation it was judged at; null when it was only found blind, or could not be judged. */
  readonly generation: bigint | null;
  /** It was said of it that it could not be judged. */
  readonly failed?: boolean;
  /** Baseline it was judged by; 0 is none. */
  readonly baseline: number;
}

/** What detect writes, and remembers by. Implemented by store/findings.ts. */
export interface FindingLedger {
  /** Windows of a stream that ended after `from` (epoch seconds) and have findings. */
  ledger(stream: Stream, from: number): Promise<readonly LedgerEntry[]>;
  /** Stores findings; those of one window together, or none of them. */
  write(findings: readonly Finding[]): Promise<void>;
}

/** Where baselines come from. */
export interface BaselineReader {
  /** The baseline that judges `version` ('' = all) at `at`, epoch milliseconds. */
  active(model: string, version: string, at: number): Promise<Baseline | null>;
  activations(model: string): Promise<readonly Activation[]>;
  /** Any baseline by its number. */
  read(model: string, baseline: number): Promise<Baseline | null>;
}

/** The fitted noise of one stream under one baseline, as it is kept. */
export interface StoredNoise {
  /** Day (since the epoch) up to whose start the history reaches; counts up. */
  readonly version: number;
  /** Hours of history it rests on. */
  readonly hours: number;
  /** Baseline whose noise was taken over; 0 when it was learnt under its own. */
  readonly inherited: number;
  /** JSON by subject. */
  readonly subjects: ReadonlyMap<string, string>;
}

/** Where fitted noise is kept. Implemented by store/noise.ts. */
export interface NoiseStore {
  /** Newest fit of a version up to `version`, null without one. */
  read(of: StreamBaseline, version: number): Promise<StoredNoise | null>;
  write(of: StreamBaseline, noise: StoredNoise): Promise<void>;
}

/** Half-open, whole hours, epoch seconds. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** Labelled rows of a stream, in sums by hour. Implemented by store/performance.ts. */
export interface PerformanceReader {
  /** Whether the model ever had a label. */
  labelled(model: string): Promise<boolean>;
  /** Generations at which hours were counted. */
  counted(stream: Stream, hours: Hours): Promise<ReadonlyMap<number, bigint>>;
  /** Counts hours that are not counted at their generation. */
  count(
    stream: Stream,
    hours: readonly { readonly hour: number; readonly generation: bigint; readonly rows: number }[],
  ): Promise<void>;
  /** Sums of each of some periods, in their order; null where nothing was counted. */
  sums(stream: Stream, periods: readonly Hours[]): Promise<readonly (OutcomeSums | null)[]>;
  /** Sums of consecutive blocks of so many seconds. */
  blocks(
    stream: Stream,
    hours: Hours,
    seconds: number,
  ): Promise<readonly { readonly start: number; readonly sums: OutcomeSums }[]>;
  versions(
    stream: Stream,
    hours: Hours,
  ): Promise<readonly { readonly version: string; readonly sums: OutcomeSums }[]>;
  arrivals(stream: Stream, hours: Hours): Promise<readonly LabelArrivals[]>;
}
