import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { RawRecord } from '../../domain/record.ts';
import type { RawBatch } from '../ports.ts';
import { messageOf, type StoringDeps, storeAgain } from '../storing.ts';
import type { Assignment, Hold } from './assignment.ts';
import { kafkaAction } from './failures.ts';
import type { Offsets } from './offsets.ts';

export interface BatchDeps extends StoringDeps {
  readonly source: string;
  /** Cluster id, first part of every position. */
  readonly cluster: string;
  readonly heartbeatInterval: number;
  readonly assignment: Assignment;
  readonly offsets: Offsets;
  /** The model of a topic's records, where the topic says it. */
  readonly modelOf?: (topic: string) => string | undefined;
}

/** The parts of kafkajs's payload that are used. */
export type BatchPayload = Pick<
  EachBatchPayload,
  'batch' | 'heartbeat' | 'commitOffsetsIfNecessary' | 'resolveOffset'
>;

/** kafkajs would fetch the same batch again at once while it joins. */
const notHeldMilliseconds = 100;

/**
 * What is done with one batch of kafkajs: heartbeat, store, heartbeat, commit, in this order. Heartbeats go on while it
 * is being stored. A batch whose partition is lost meanwhile is dropped: not committed, its signal aborted; it is
 * redelivered to whoever holds the partition now. Throwing tells kafkajs to join again, or ends the consumer.
 */
export function createBatchHandler(deps: BatchDeps): (payload: BatchPayload) => Promise<void> {
  return async payload => {
    const { batch } = payload;
    const key = `${batch.topic}/${batch.partition}`;
    const hold = deps.assignment.hold(key);
    // Read under an assignment that has ended: it comes again.
    if (hold === null) return deps.clock.sleep(notHeldMilliseconds);
    const ticket = deps.offsets.begin(key, BigInt(batch.lastOffset()));
    try {
      await beat(deps, payload);
      await storeBeating(deps, payload, hold);
      await beat(deps, payload);
      if (hold.signal.aborted) return;
      const offset = deps.offsets.finish(ticket);
      if (offset !== null) await commit(deps, payload, offset.toString());
    } catch (error) {
      deps.offsets.drop(key);
      // Lost for a reason of ours: kafkajs has joined again already, or the consumer is ending.
      if (hold.signal.aborted && error === hold.signal.reason && kafkaAction(error) !== 'rejoin') return;
      // The other batches in hand would hold the end up.
      if (kafkaAction(error) === 'end') deps.assignment.lost(new Error('the source is ending'));
      throw error;
    }
  };
}

/** kafkajs's heartbeat, which is sent only when one is due. When the group has moved on, everything held is lost. */
async function beat(deps: BatchDeps, payload: BatchPayload): Promise<void> {
  try {
    await payload.heartbeat();
  } catch (error) {
    if (kafkaAction(error) !== 'rejoin') throw error;
    deps.assignment.lost(error as Error);
    throw error;
  }
}

async function storeBeating(deps: BatchDeps, payload: BatchPayload, hold: Hold): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([hold.signal, done.signal]);
  const lost = new Promise<never>((_, reject) => {
    const onAbort = () => reject(hold.signal.reason as Error);
    if (hold.signal.aborted) onAbort();
    hold.signal.addEventListener('abort', onAbort, { once: true, signal: done.signal });
  });
  void beatUntil(deps, payload, signal);
  try {
    await Promise.race([storeOrEnd(deps, toRawBatch(deps, payload), hold.signal), lost]);
  } finally {
    done.abort();
  }
}

/** Heartbeats until the signal aborts. A failure that is no rebalance is left to kafkajs: its next fetch meets it too. */
async function beatUntil(deps: BatchDeps, payload: BatchPayload, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await deps.clock.sleep(deps.heartbeatInterval, signal);
    } catch {
      return;
    }
    await beat(deps, payload).catch(() => {});
  }
}

/** Stores with patience; what cannot be stored at all ends the consumer. */
async function storeOrEnd(deps: BatchDeps, raw: RawBatch, signal: AbortSignal): Promise<void> {
  try {
    await storeAgain(deps, raw, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : asFinal(error);
  }
}

/** An error that kafkajs neither retries nor restarts after. */
function asFinal(error: unknown): Error {
  const final = new kafkajs.KafkaJSNonRetriableError(messageOf(error));
  return Object.assign(final, { cause: error });
}

/**
 * Commits one past the last record, including what kafkajs filtered out behind it (transaction markers). The offset
 * manager of the present generation is taken in the same tick as the hold was checked, so a commit is fenced.
 */
async function commit(deps: BatchDeps, payload: BatchPayload, offset: string): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  const began = deps.clock.now();
  try {
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
  } catch (error) {
    if (kafkaAction(error) === 'rejoin') deps.assignment.lost(error as Error);
    throw error;
  }
  payload.resolveOffset(messages.at(-1)!.offset);
  const name = `${deps.cluster}/${topic}/${partition}`;
  const seconds = (deps.clock.now() - began) / 1000;
  deps.events.offsetCommitted({ source: deps.source, partition: name, offset, seconds });
  deps.events.lagMeasured({ source: deps.source, partition: name, lag: lagBehind(payload) });
}

function lagBehind({ batch }: BatchPayload): number {
  return Math.max(0, Number(BigInt(batch.highWatermark) - BigInt(batch.lastOffset()) - 1n));
}

function toRawBatch(deps: BatchDeps, payload: BatchPayload): RawBatch {
  const { topic, partition, messages } = payload.batch;
  const name = `${deps.cluster}/${topic}/${partition}`;
  const model = deps.modelOf?.(topic);
  const records = messages.map(message => toRecord(deps.source, name, message, model));
  return {
    source: deps.source,
    partition: name,
    records,
    lag: lagBehind(payload),
    lastPosition: `${name}/${messages.at(-1)!.offset}`,
  };
}

export function toRecord(
  source: string,
  partition: string,
  message: KafkaMessage,
  model: string | undefined,
): RawRecord {
  const position = `${partition}/${message.offset}`;
  const time = Number(message.timestamp);
  const record: RawRecord & { model?: string } = {
    source,
    position,
    body: message.value,
    // -1 is Kafka's "no timestamp".
    time: Number.isFinite(time) && time >= 0 ? time : null,
    fallbackId: `${source}/${position}`,
  };
  // Never copied: this runs for every record.
  if (model !== undefined) record.model = model;
  return record;
}
