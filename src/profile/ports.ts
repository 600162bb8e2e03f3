import type { Activation, Baseline } from '../domain/baseline.ts';
import type { Grain, ProfileRow, ProfileRun } from '../domain/profile.ts';
import type { RowBlock } from './row-block.ts';

/** Rows of one model in one environment. */
export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** A stream seen through one baseline: what profiles belong to. */
export interface StreamBaseline extends Stream {
  readonly baseline: number;
}

/** A bucket that was touched at or after its last run began, or has no run. */
export interface DueBucket {
  /** Epoch seconds. */
  readonly bucket: number;
  /** Start of the last recorded run, epoch milliseconds; null without a run. */
  readonly started: number | null;
}

/** Which rows of a group of buckets to read: slice `slice` of `slices` equal parts (a power of two) of the key. */
export interface RowSlice {
  readonly buckets: readonly number[];
  readonly slice: number;
  readonly slices: number;
}

/** What the valid runs of a period add up to. */
export type RunSums = Pick<ProfileRun, 'bucket' | 'rows' | 'keySum' | 'duplicates' | 'reused'>;

/** Names of unseen categories of a period, of one subject. */
export interface UnseenNames {
  readonly bucket: number;
  readonly subject: string;
  readonly names: Readonly<Record<string, number>>;
}

/** A subject whose rows fell into `other`, and what its baseline knows. */
export interface UnseenQuery {
  readonly subject: string;
  readonly known: readonly string[];
}

/** Where profiles are read and written. Implemented by store/; test/twins/ holds one in memory. */
export interface ProfileStore {
  /** Streams that rows have come in for. */
  streams(): Promise<readonly Stream[]>;
  /** Buckets due by the marks alone (grain 300); closing, sealing and debounce are the caller's. */
  dueBuckets(of: StreamBaseline): Promise<readonly DueBucket[]>;
  /** Highest generation recorded for a stream and baseline at any grain, 0 without. */
  lastGeneration(of: StreamBaseline): Promise<bigint>;
  /** Stored rows of buckets, copies included. Buckets without rows are left out. */
  countCopies(stream: Stream, buckets: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Distinct rows with their labels, in blocks; to be gone through once. */
  readRows(stream: Stream, slice: RowSlice): Promise<Iterable<RowBlock>>;
  /** Ids seen with different content, by bucket; those without are left out. */
  countReused(stream: Stream, buckets: readonly number[]): Promise<ReadonlyMap<number, number>>;
  writeProfiles(rows: readonly ProfileRow[]): Promise<void>;
  /** Makes generations valid. */
  recordRuns(runs: readonly ProfileRun[]): Promise<void>;
  /** Starts of hours or days whose parts are newer than their own run or differ from it in rows. */
  dueSums(of: StreamBaseline, grain: 3600 | 86400): Promise<readonly number[]>;
  /** Subjects of hours or days (of the grain below, valid generations, all rows) that hold counts in bin `bin`. */
  bucketsWithOther(
    of: StreamBaseline,
    query: {
      readonly grain: 3600 | 86400;
      readonly buckets: readonly number[];
      readonly bins: ReadonlyMap<string, number>;
    },
  ): Promise<readonly { readonly bucket: number; readonly subject: string }[]>;
  /** Commonest values outside `known`, of five rows or more, ten at most for a period and subject. */
  unseenNames(
    stream: Stream,
    query: {
      readonly grain: 3600 | 86400;
      readonly buckets: readonly number[];
      readonly subjects: readonly UnseenQuery[];
    },
  ): Promise<readonly UnseenNames[]>;
  /** Writes hours or days, added up from the valid profiles of the grain below; returns what their runs add up to. */
  addUp(
    of: StreamBaseline,
    query: {
      readonly grain: 3600 | 86400;
      readonly buckets: readonly number[];
      readonly generation: bigint;
      readonly extra: readonly UnseenNames[];
    },
  ): Promise<readonly RunSums[]>;
  /** Profiles of valid generations, in the order of bucket, version, segment, subject. */
  readValid(
    of: StreamBaseline,
    query: { readonly grain: Grain; readonly from: number; readonly to: number },
  ): Promise<readonly ProfileRow[]>;
  /** Valid runs of a grain, in the order of bucket. */
  readRuns(of: StreamBaseline, grain: Grain): Promise<readonly ProfileRun[]>;
  /** Drops profiles of generations that a newer recorded one has replaced; returns how many. */
  sweep(): Promise<number>;
}

/** Rows in hours, as the learning rule wants them. */
export interface HourCount {
  /** Start, epoch seconds. */
  readonly hour: number;
  readonly rows: number;
}

/** Rows of a period to cut a baseline from. */
export interface SampleQuery {
  /** Epoch seconds, multiples of a bucket. */
  readonly from: number;
  readonly to: number;
  /** Only this version; '' is all. */
  readonly version: string;
}

/** Where baselines are kept and learnt from. */
export interface BaselineStore {
  /** Baselines of a model in the order of their numbers, without their subjects. */
  list(model: string): Promise<readonly Omit<Baseline, 'subjects'>[]>;
  read(model: string, baseline: number): Promise<Baseline | null>;
  /** Highest number used, also by a baseline that was not finished. */
  lastNumber(model: string): Promise<number>;
  /** Subjects first, then the baseline itself, which makes it exist. */
  write(baseline: Baseline): Promise<void>;
  /** All activations of a model. */
  activations(model: string): Promise<readonly Activation[]>;
  activate(activation: Activation): Promise<void>;
  /** Distinct rows by hour of event time, with the first and last event time (epoch milliseconds), up to `until`. */
  hours(
    stream: Stream,
    until: number,
  ): Promise<{ readonly hours: readonly HourCount[]; readonly first: number; readonly last: number }>;
  /** Distinct rows of a period. */
  countRows(stream: Stream, query: SampleQuery): Promise<number>;
  /** Rows of a period in one slice of the key. */
  readSample(
    stream: Stream,
    query: SampleQuery & { readonly slice: number; readonly slices: number },
  ): Promise<Iterable<RowBlock>>;
}

/** What the auditor found in one stream. */
export interface AuditResult {
  /** Buckets compared. */
  readonly buckets: number;
  /** Buckets whose count or key sum differs from their run though nothing marks them as due. */
  readonly mismatches: readonly number[];
}

export interface AuditStore {
  streams(): Promise<readonly Stream[]>;
  compare(of: StreamBaseline, range: { readonly from: number; readonly to: number }): Promise<AuditResult>;
  /** Marks buckets as touched now, at or above the start of their last run. */
  touch(stream: Stream, buckets: readonly number[]): Promise<void>;
}

/** The store's clock, epoch milliseconds: the only one that run starts come from. */
export interface StoreTime {
  now(): Promise<number>;
}
