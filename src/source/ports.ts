import type { RawRecord } from '../domain/record.ts';
import type { LeewayError } from '../lib/errors.ts';

/** Records of one partition, in order and without gaps: what a source hands over at a time. */
export interface RawBatch {
  readonly source: string;
  /** `cluster/topic/number`; a replay has one, `replay`. */
  readonly partition: string;
  readonly records: readonly RawRecord[];
  /** Records the partition still holds behind this batch. */
  readonly lag: number;
  /** Position of the last record. */
  readonly lastPosition: string;
}

/**
 * Stores a batch (rows, rejects, marks, progress) and resolves. Rejecting means: not stored, and the same batch is
 * given again after a wait, except after a failure that is fatal (see `sinkAction`). `signal` aborts when the partition
 * is lost or the source must end; whoever stores it may go on, but nothing is committed any more.
 */
export type BatchSink = (batch: RawBatch, signal: AbortSignal) => Promise<void>;

/** How far one partition stands, measured without reading from it. */
export interface PartitionLag {
  readonly source: string;
  readonly partition: string;
  /** Last position stored and committed, '' when there is none yet. */
  readonly position: string;
  /** Records not read; 0 means everything that existed at `at` has been stored. */
  readonly lag: number;
  /** The clock just before the partition's end was asked for, epoch milliseconds; event time reached for a replay. */
  readonly at: number;
}

/** What a source needs from the rest of the service. */
export interface Intake {
  readonly store: BatchSink;
  /** Told every few seconds for each partition held, so that an idle one counts as read up to the clock. */
  measured(partitions: readonly PartitionLag[]): void;
  /** The source has ended and cannot go on by itself: end the process with this line. Told once. */
  crashed(error: LeewayError): void;
}

export type SourceState = 'stopped' | 'starting' | 'running' | 'paused' | 'finished' | 'crashed';

/** A transport that hands its records to the pipeline. */
export interface Source {
  readonly name: string;
  readonly state: SourceState;
  /** Sets the source off and resolves; it does not wait for a broker that is away. */
  start(intake: Intake): Promise<void>;
  /** Stops reading on; batches in hand are finished. */
  pause(reason: string): void;
  resume(): void;
  /** Stops intake, lets the batch in hand finish and commits it; resolves within 10 s. Idempotent. */
  stop(): Promise<void>;
}
