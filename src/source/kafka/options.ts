import type { ConsumerConfig, KafkaConfig } from 'kafkajs';
import { type CodecLimits, defaultCodecLimits } from './codecs/limits.ts';

/** What to read and as whom. Times in milliseconds. */
export interface KafkaOptions {
  /** Name of the source in rows, metrics and messages. */
  readonly name: string;
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly group: string;
  /** Topics by name; those that do not exist yet are read from when they do. */
  readonly topics: readonly string[];
  /** Also read every topic whose whole name matches this regular expression; null for none. */
  readonly pattern: string | null;
  readonly tuning: KafkaTuning;
  /** Passed to kafkajs as they are: TLS and authentication. */
  readonly security: KafkaSecurity;
  /** The model that a topic's records are of, where the topic says it. */
  readonly modelOf?: (topic: string) => string | undefined;
  /** What the operator should know about these options; said once, at the start. */
  readonly warnings?: readonly string[];
}

export type KafkaSecurity = Pick<KafkaConfig, 'ssl' | 'sasl'>;

export interface KafkaTuning {
  /** A member that sends no heartbeat for so long is out of the group. */
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  /** How long the group waits for a member to join again. */
  readonly rebalanceTimeout: number;
  /** Most bytes of one partition in one fetch. */
  readonly maxBytesPerPartition: number;
  /** Bytes of one fetch from one broker, where that leaves each partition its `leastBytesPerPartition`. */
  readonly maxBytes: number;
  /** How long the broker may hold a fetch that finds nothing. */
  readonly maxWait: number;
  readonly partitionsConcurrently: number;
  /** How often lag is measured, and topics are looked up again. */
  readonly lagInterval: number;
  readonly topicInterval: number;
  /** How long a stop waits for batches in hand before it lets them go. */
  readonly stopGrace: number;
  readonly codecs: CodecLimits;
}

export const defaultKafkaTuning: KafkaTuning = {
  sessionTimeout: 30_000,
  heartbeatInterval: 3_000,
  rebalanceTimeout: 60_000,
  maxBytesPerPartition: 8 * 1024 * 1024,
  maxBytes: 32 * 1024 * 1024,
  maxWait: 500,
  partitionsConcurrently: 4,
  lagInterval: 5_000,
  topicInterval: 30_000,
  stopGrace: 6_000,
  codecs: defaultCodecLimits,
};

/** kafkajs's own retries, spelled out: its defaults change with NODE_ENV. */
export const kafkaRetry = {
  initialRetryTime: 300,
  maxRetryTime: 5_000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
};

/** What every partition gets of a fetch: the largest record batch that brokers take unless told otherwise, and a little. */
const leastBytesPerPartition = 1_200_000;
/** Most bytes of one fetch, however many partitions there are. */
const mostFetchBytes = 128 * 1024 * 1024;

/**
 * How much to fetch with `partitions` to read. A broker fills an answer in the order of the request, and kafkajs always
 * asks in the same order: where the first partitions could fill it alone, the last would starve behind their backlog. So
 * the answer has room for all of them (up to 111 of one broker).
 */
export function fetchSizes(
  tuning: Pick<KafkaTuning, 'maxBytes' | 'maxBytesPerPartition'>,
  partitions: number,
): Pick<KafkaTuning, 'maxBytes' | 'maxBytesPerPartition'> {
  const count = Math.max(1, partitions);
  const share = Math.max(leastBytesPerPartition, Math.floor(tuning.maxBytes / count));
  const maxBytesPerPartition = Math.min(tuning.maxBytesPerPartition, share);
  const maxBytes = Math.max(tuning.maxBytes, Math.min(mostFetchBytes, maxBytesPerPartition * count));
  return { maxBytes, maxBytesPerPartition };
}

/**
 * Settings of the kafkajs consumer that may come to hold `partitions`. Its own restart is off: one place decides what a
 * crash means (consumer.ts).
 */
export function consumerConfig(options: KafkaOptions, partitions = 1): ConsumerConfig {
  const { tuning } = options;
  return {
    groupId: options.group,
    sessionTimeout: tuning.sessionTimeout,
    heartbeatInterval: tuning.heartbeatInterval,
    rebalanceTimeout: tuning.rebalanceTimeout,
    ...fetchSizes(tuning, partitions),
    maxWaitTimeInMs: tuning.maxWait,
    metadataMaxAge: tuning.topicInterval,
    // A typo must not create a topic.
    allowAutoTopicCreation: false,
    retry: { ...kafkaRetry, restartOnFailure: async () => false },
  };
}

/** Which of the existing topics are read. Kafka's own (`__...`) are never matched by a pattern. */
export function chooseTopics(
  options: Pick<KafkaOptions, 'topics' | 'pattern'>,
  existing: readonly string[],
): { readonly topics: readonly string[]; readonly missing: readonly string[] } {
  const pattern = options.pattern === null ? null : new RegExp(`^(?:${options.pattern})$`);
  const matched = pattern === null ? [] : existing.filter(t => !t.startsWith('__') && pattern.test(t));
  const present = new Set(existing);
  const named = options.topics.filter(t => present.has(t));
  return {
    topics: [...new Set([...named, ...matched])].sort(),
    missing: options.topics.filter(t => !present.has(t)),
  };
}
