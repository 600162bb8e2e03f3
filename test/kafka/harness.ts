import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { systemClock } from '../../src/lib/clock.ts';
import type { LeewayError } from '../../src/lib/errors.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createKafkaSource } from '../../src/source/kafka/consumer.ts';
import { defaultKafkaTuning, type KafkaOptions, type KafkaTuning } from '../../src/source/kafka/options.ts';
import type { BatchSink, Intake, PartitionLag, RawBatch, Source } from '../../src/source/ports.ts';

/** Waits until `condition` holds, looking every 50 ms. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 40,
): Promise<void> {
  for (let left = seconds * 20; !(await condition()); left--) {
    if (left <= 0) throw new Error(`gave up waiting until ${what}`);
    await pause(50);
  }
}

export const pause = (milliseconds: number) =>
  new Promise<void>(resolve => setTimeout(resolve, milliseconds));

/** A name no other test uses. */
export const fresh = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`;

/** Admin and producer of a test, on a connection of their own. */
export async function createTools(brokers: readonly string[]): Promise<Tools> {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'test',
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await admin.connect();
  await producer.connect();
  return {
    kafka,
    admin,
    producer,
    committed: async (group, topic) => {
      const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return answer!.partitions.sort((a, b) => a.partition - b.partition).map(p => Number(p.offset));
    },
    close: async () => {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

export interface Tools {
  readonly kafka: InstanceType<typeof kafkajs.Kafka>;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Committed offset of each partition, -1 for none. */
  committed(group: string, topic: string): Promise<number[]>;
  close(): Promise<void>;
}

/** A source with a sink that remembers; `hold` makes the sink wait. */
export interface Reader {
  readonly source: Source;
  readonly batches: RawBatch[];
  /** Bodies of stored records, in the order they were stored. */
  bodies(): (string | null)[];
  readonly events: ReturnType<typeof createRecordedEvents>;
  readonly lags: PartitionLag[];
  readonly crashes: LeewayError[];
  seen(name: string): unknown[];
}

export interface ReaderOptions {
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topics?: readonly string[];
  readonly pattern?: string;
  readonly tuning?: Partial<KafkaTuning>;
  readonly security?: KafkaOptions['security'];
  readonly modelOf?: (topic: string) => string | undefined;
  /** Called before a batch counts as stored. */
  readonly store?: BatchSink;
}

export async function startReader(options: ReaderOptions): Promise<Reader> {
  const events = createRecordedEvents();
  const batches: RawBatch[] = [];
  const lags: PartitionLag[] = [];
  const crashes: LeewayError[] = [];
  const kafkaOptions: KafkaOptions = {
    name: 'kafka',
    brokers: options.brokers,
    clientId: fresh('leeway'),
    group: options.group,
    topics: options.topics ?? [],
    pattern: options.pattern ?? null,
    tuning: { ...quickTuning, ...options.tuning },
    security: options.security ?? {},
    ...(options.modelOf === undefined ? {} : { modelOf: options.modelOf }),
  };
  const source = createKafkaSource({
    options: kafkaOptions,
    clock: systemClock,
    random: Math.random,
    events,
  });
  const intake: Intake = {
    store: async (batch, signal) => {
      await options.store?.(batch, signal);
      batches.push(batch);
    },
    measured: partitions => void lags.push(...partitions),
    crashed: error => void crashes.push(error),
  };
  await source.start(intake);
  return {
    source,
    batches,
    bodies: () =>
      batches.flatMap(b => b.records.map(r => (r.body === null ? null : Buffer.from(r.body).toString()))),
    events,
    lags,
    crashes,
    seen: name => events.seen.filter(s => s.name === name).map(s => s.event),
  };
}

/** The broker's lower bound for sessions is 6 s. */
export const quickTuning: KafkaTuning = {
  ...defaultKafkaTuning,
  sessionTimeout: 6_000,
  heartbeatInterval: 300,
  rebalanceTimeout: 10_000,
  maxWait: 100,
  lagInterval: 500,
  topicInterval: 1_000,
  stopGrace: 2_000,
};
