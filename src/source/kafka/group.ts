import type { Admin, Consumer, Kafka } from 'kafkajs';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import type { Intake } from '../ports.ts';
import { type Assignment, createAssignment } from './assignment.ts';
import { createBatchHandler } from './batches.ts';
import { notReadYet } from './lag.ts';
import type { Offsets } from './offsets.ts';
import { consumerConfig, type KafkaOptions } from './options.ts';

/** Pauses or resumes the consumer that has joined. */
export interface GroupControl {
  pause(): void;
  resume(): void;
}

export interface GroupDeps {
  readonly options: KafkaOptions;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  /** Told at every join: kafkajs forgets a pause when it makes a new consumer. */
  readonly onJoined: (control: GroupControl) => void;
}

export interface Parts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly offsets: Offsets;
  readonly cluster: string;
  readonly topics: readonly string[];
  /** Partitions of all the topics. */
  readonly partitions: number;
}

/** A member of the group. */
export interface Member {
  /** Rejects with kafkajs's error when its consumer ends; resolves when the topics should be looked up again. */
  readonly over: Promise<void>;
  /** Partitions held, `topic/number`. */
  partitions(): readonly string[];
  /** Finishes batches in hand, commits, leaves the group; bounded in time. */
  leave(): Promise<void>;
}

/** Milliseconds after the grace for kafkajs to leave the group, and for a join under way to come to its end. */
const leaveMilliseconds = 3_000;
const joinMilliseconds = 1_500;

/** Joins the group and reads; every batch goes to the intake. */
export async function joinGroup(deps: GroupDeps, parts: Parts): Promise<Member> {
  const { options } = deps;
  const consumer = parts.kafka.consumer(consumerConfig(options, parts.partitions));
  let leaving = false;
  const assignment = createAssignment(gone => {
    parts.offsets.dropAll();
    if (leaving) return;
    for (const partition of gone)
      deps.events.partitionLost({ source: options.name, partition: `${parts.cluster}/${partition}` });
  });
  const over = listen(deps, { parts, consumer, assignment });
  over.catch(() => {});
  let running = Promise.resolve();
  const leave = async () => {
    leaving = true;
    await close(deps, { consumer, assignment, running });
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...parts.topics], fromBeginning: true });
  } catch (error) {
    await leave();
    throw error;
  }
  running = consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.tuning.partitionsConcurrently,
    eachBatch: createBatchHandler({
      ...deps,
      source: options.name,
      cluster: parts.cluster,
      heartbeatInterval: options.tuning.heartbeatInterval,
      assignment,
      offsets: parts.offsets,
      store: deps.intake.store,
      ...(options.modelOf === undefined ? {} : { modelOf: options.modelOf }),
    }),
  });
  const failed = running.then(() => over);
  failed.catch(() => {});
  return { over: Promise.race([over, failed]), partitions: () => assignment.partitions, leave };
}

interface Listening {
  readonly parts: Parts;
  readonly consumer: Consumer;
  readonly assignment: Assignment;
}

function listen(deps: GroupDeps, { parts, consumer, assignment }: Listening): Promise<void> {
  const topics = parts.topics.map(topic => ({ topic }));
  const control = {
    pause: () => quietly(() => consumer.pause(topics)),
    resume: () => quietly(() => consumer.resume(topics)),
  };
  // Sent before kafkajs takes up the new generation: whatever is in hand belongs to the old one.
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'JoinGroup') assignment.lost(new Error('the group is being joined anew'));
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const held = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map(number => `${topic}/${number}`),
    );
    assignment.joined(held);
    deps.intake.measured(notReadYet({ source: deps.options.name, cluster: parts.cluster }, held));
    deps.onJoined(control);
    deps.events.sourceStarted({
      source: deps.options.name,
      detail: `reads ${held.sort().join(', ') || 'no partition'}`,
    });
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0)
      parts.offsets.pass(`${payload.topic}/${payload.partition}`, BigInt(payload.lastOffset));
  });
  return new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // Another member knows a topic that this one does not: it was made, or deleted, in between.
    consumer.on(consumer.events.RECEIVED_UNSUBSCRIBED_TOPICS, () => resolve());
  });
}

/** A consumer that has just crashed refuses to be paused; the next one is paused when it joins. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}

interface Closing {
  readonly consumer: Consumer;
  readonly assignment: Assignment;
  readonly running: Promise<void>;
}

/** kafkajs's own stop waits for batches without a bound, and cannot stop a consumer that is still joining. */
async function close(deps: GroupDeps, { consumer, assignment, running }: Closing): Promise<void> {
  const { clock, options } = deps;
  const closed = new AbortController();
  const wait = (milliseconds: number) => clock.sleep(milliseconds, closed.signal).catch(() => {});
  const disconnect = () => consumer.disconnect().catch(() => {});
  const graceful = async () => {
    await Promise.race([running.catch(() => {}), wait(joinMilliseconds)]);
    await disconnect();
  };
  const impatient = async () => {
    await wait(options.tuning.stopGrace);
    assignment.lost(new Error('the source is stopping'));
    await wait(leaveMilliseconds);
  };
  await Promise.race([graceful(), impatient()]);
  assignment.lost(new Error('the source is stopping'));
  closed.abort();
  // A join that comes through after all is undone.
  void running.then(disconnect, disconnect);
}
