import kafkajs from 'kafkajs';
import { kafkaFailureText } from './failures.ts';
import { chooseTopics, type KafkaOptions } from './options.ts';

/** How one topic stands. */
export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  /** Records the group has not read; null where the group may not be asked. */
  readonly lag: number | null;
}

/** What a cluster tells to the identity of a source. */
export interface KafkaState {
  readonly brokers: number;
  readonly topics: readonly TopicState[];
  /** Topics that are named and do not exist. */
  readonly missing: readonly string[];
  readonly group: { readonly state: string; readonly members: number } | null;
  /** What this identity may not ask for, in the words of the broker. */
  readonly refused: readonly string[];
}

/**
 * Looks at a cluster as a source would, without joining its group: brokers, topics, lag, the group's state. Rejects with
 * the client's words when no broker answers; what is answered by a refusal stands in `refused`.
 */
export async function inspectKafka(options: KafkaOptions): Promise<KafkaState> {
  const kafka = new kafkajs.Kafka({
    ...options.security,
    brokers: [...options.brokers],
    clientId: `${options.clientId}-doctor`,
    connectionTimeout: 3000,
    requestTimeout: 5000,
    retry: { retries: 1, initialRetryTime: 200, maxRetryTime: 1000 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const refused: string[] = [];
  const asked = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      refused.push(`${what}: ${kafkaFailureText(error)}`);
      return null;
    }
  };
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    const { topics, missing } = chooseTopics(options, await admin.listTopics());
    const committed = await asked(`offsets of group ${options.group}`, () =>
      admin.fetchOffsets({ groupId: options.group, topics: [...topics] }),
    );
    const states: TopicState[] = [];
    for (const topic of topics) {
      const ends = await asked(`topic ${topic}`, () => admin.fetchTopicOffsets(topic));
      if (ends !== null) states.push(stateOf(topic, ends, committed));
    }
    const described = await asked(`group ${options.group}`, () => admin.describeGroups([options.group]));
    const group = described?.groups[0] ?? null;
    return {
      brokers: cluster.brokers.length,
      topics: states,
      missing,
      group: group === null ? null : { state: group.state, members: group.members.length },
      refused,
    };
  } catch (error) {
    throw new Error(kafkaFailureText(error), { cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

interface End {
  readonly partition: number;
  readonly low: string;
  readonly high: string;
}

function stateOf(
  topic: string,
  ends: readonly End[],
  committed: readonly { topic: string; partitions: { partition: number; offset: string }[] }[] | null,
): TopicState {
  const partitions = ends.length;
  if (committed === null) return { topic, partitions, lag: null };
  const offsets = new Map(
    committed.find(each => each.topic === topic)?.partitions.map(p => [p.partition, BigInt(p.offset)]),
  );
  const behind = ends.map(({ partition, low, high }) => {
    const offset = offsets.get(partition) ?? -1n;
    return Math.max(0, Number(BigInt(high) - (offset < 0n ? BigInt(low) : offset)));
  });
  return { topic, partitions, lag: behind.reduce((sum, one) => sum + one, 0) };
}
