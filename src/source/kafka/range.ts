import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Consumer, type EachBatchPayload } from 'kafkajs';
import type { RawRecord } from '../../domain/record.ts';
import { LeewayError } from '../../lib/errors.ts';
import { toRecord } from './batches.ts';
import { installCodecs } from './codecs/install.ts';
import { kafkaFailureText } from './failures.ts';
import { chooseTopics, consumerConfig, type KafkaOptions, kafkaRetry } from './options.ts';

/** Records of one partition, from offset `first` to `last`. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** What a cluster still holds of a partition, and the records of a time by their own timestamps. */
export interface HeldPartition {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  /** One past the last record. */
  readonly high: number;
  /** First record at `from` or later, and one past the last before `to`. */
  readonly since: number;
  readonly until: number;
}

/** Reads records again, without the source's group: its committed offsets and its members are left alone. */
export interface RangeReader {
  /** Cluster id, first part of positions. */
  readonly cluster: string;
  held(from: number, to: number): Promise<HeldPartition[]>;
  /** Every record of the ranges that is still there, a batch of one partition at a time. */
  read(
    ranges: readonly OffsetRange[],
    take: (records: readonly RawRecord[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}

/** @throws LeewayError LW_KAFKA_ERROR when no broker answers. */
export async function openRangeReader(options: KafkaOptions): Promise<RangeReader> {
  installCodecs(options.tuning.codecs);
  const kafka = new kafkajs.Kafka({
    ...options.security,
    brokers: [...options.brokers],
    clientId: `${options.clientId}-reingest`,
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry: kafkaRetry,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin({ retry: kafkaRetry });
  try {
    await admin.connect();
    const cluster = (await admin.describeCluster()).clusterId ?? 'unknown';
    const { topics } = chooseTopics(options, await admin.listTopics());
    return {
      cluster,
      held: (from, to) => guarded(options, () => heldOf(admin, topics, { from, to })),
      read: (ranges, take, signal) =>
        guarded(options, async () => {
          const groupId = `${options.group}-reingest-${randomUUID()}`;
          const config = { ...consumerConfig(options, ranges.length), groupId };
          const consumer = kafka.consumer(config);
          try {
            await readRanges({ consumer, options, cluster, ranges, take, signal });
          } finally {
            await consumer.disconnect().catch(() => undefined);
            await admin.deleteGroups([groupId]).catch(() => undefined);
          }
        }),
      close: () => admin.disconnect().catch(() => undefined),
    };
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw failure(options, error);
  }
}

async function guarded<T>(options: KafkaOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure(options, error);
  }
}

function failure(options: KafkaOptions, error: unknown): unknown {
  if (error instanceof LeewayError) return error;
  return new LeewayError(
    'LW_KAFKA_ERROR',
    `${options.name} (${options.brokers.join(', ')}): ${kafkaFailureText(error)}`,
    error,
  );
}

async function heldOf(
  admin: Admin,
  topics: readonly string[],
  time: { readonly from: number; readonly to: number },
): Promise<HeldPartition[]> {
  const held: HeldPartition[] = [];
  for (const topic of topics) {
    const bounds = await admin.fetchTopicOffsets(topic);
    const since = await admin.fetchTopicOffsetsByTimestamp(topic, time.from);
    const until = await admin.fetchTopicOffsetsByTimestamp(topic, time.to);
    const at = (
      list: readonly { readonly partition: number; readonly offset: string }[],
      partition: number,
      none: number,
    ) => {
      const offset = Number(list.find(entry => entry.partition === partition)?.offset ?? -1);
      return offset < 0 ? none : offset;
    };
    for (const { partition, low, high } of bounds)
      held.push({
        topic,
        partition,
        low: Number(low),
        high: Number(high),
        since: at(since, partition, Number(high)),
        until: at(until, partition, Number(high)),
      });
  }
  return held;
}

interface Reading {
  readonly consumer: Consumer;
  readonly options: KafkaOptions;
  readonly cluster: string;
  readonly ranges: readonly OffsetRange[];
  readonly take: (records: readonly RawRecord[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A consumer with a group of its own that never commits; it ends when the last record of each range has been seen. */
async function readRanges({ consumer, options, cluster, ranges, take, signal }: Reading): Promise<void> {
  const open = new Map(ranges.map(range => [`${range.topic}/${range.partition}`, range]));
  if (open.size === 0) return;
  const topics = [...new Set(ranges.map(({ topic }) => topic))];
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const finish = (topic: string, partition: number, offset: number) => {
      const range = open.get(`${topic}/${partition}`);
      if (range === undefined || offset < range.last) return;
      open.delete(`${topic}/${partition}`);
      consumer.pause([{ topic, partitions: [partition] }]);
      if (open.size === 0) resolve();
    };
    const eachBatch = async ({ batch, heartbeat, resolveOffset }: EachBatchPayload) => {
      const { topic, partition, messages } = batch;
      const range = open.get(`${topic}/${partition}`);
      if (range === undefined) return void consumer.pause([{ topic, partitions: [partition] }]);
      const wanted = messages.filter(
        ({ offset }) => Number(offset) >= range.first && Number(offset) <= range.last,
      );
      const model = options.modelOf?.(topic);
      const name = `${cluster}/${topic}/${partition}`;
      const records = wanted.map(message => toRecord(options.name, name, message, model));
      if (records.length > 0) await take(records).catch((error: unknown) => reject(error as Error));
      for (const { offset } of messages) resolveOffset(offset);
      await heartbeat();
      finish(topic, partition, Number(batch.lastOffset()));
    };
    // Batches of markers alone are not handed over.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) =>
      finish(payload.topic, payload.partition, Number(payload.lastOffset)),
    );
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const [topic, partitions] of Object.entries(payload.memberAssignment))
        for (const partition of partitions) {
          const range = open.get(`${topic}/${partition}`);
          if (range === undefined) consumer.pause([{ topic, partitions: [partition] }]);
          else consumer.seek({ topic, partition, offset: String(range.first) });
        }
    });
    consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch }).catch(reject);
  });
}
