import kafkajs, { type Admin, type Consumer, type Kafka, type KafkaConfig } from 'kafkajs';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { backoffMilliseconds } from '../../lib/retry.ts';
import type { Watch } from '../../lib/watch.ts';
import { beginTerm } from './control-begin.ts';
import { type Commit, createHolding, type Holding } from './control-hold.ts';
import { ensureControlTopic, readTerm } from './control-topic.ts';
import { kafkaFailureText } from './failures.ts';
import { createKafkaLog } from './logs.ts';
import { oneOwner } from './one-owner.ts';
import { relieveRequestQueue } from './request-queue.ts';

/** Where the election is held and as whom. Times in milliseconds. */
export interface KafkaElectionOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly group: string;
  readonly topic: string;
  /** Who this process is, for people. */
  readonly by: string;
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  /** Passed to kafkajs as they are: TLS and authentication. */
  readonly security: Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

export interface KafkaElectionDeps {
  readonly options: KafkaElectionOptions;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly random: () => number;
  readonly events: Events;
}

/** Waits before it takes part again after a failure, milliseconds. */
const restartBackoff = { first: 500, most: 5_000 };
/** A stop that takes longer is left to end by itself: the session ends soon after. */
const longestStop = 3_000;
/** Short: whoever asks whether it leads waits for the answer. */
const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 500, factor: 0.2, multiplier: 2 };

interface Run {
  readonly holding: Holding;
  sentence: string;
  readonly stopping: AbortController;
}

/**
 * An election by a consumer group on a topic with one partition: whoever is given the partition leads, and every commit
 * of its term is refused by the broker once the group has moved on. The topic holds no records.
 */
export function createKafkaElection(deps: KafkaElectionDeps) {
  const { options, watch, events, clock } = deps;
  const run: Run = {
    holding: createHolding({ ...options, watch, events }),
    sentence: 'has not joined the election yet',
    stopping: new AbortController(),
  };
  let running: Promise<void> | null = null;
  return {
    shared: true,
    start: async () => {
      relieveRequestQueue(clock);
      running ??= supervise(deps, run);
    },
    prove: () => run.holding.prove(),
    get term() {
      return run.holding.term;
    },
    get tenure() {
      return run.holding.tenure;
    },
    get sentence() {
      const { term } = run.holding;
      return term === null ? run.sentence : `leads in term ${term}`;
    },
    stop: async () => {
      run.stopping.abort(new Error('the service is stopping'));
      await Promise.race([running, clock.sleep(longestStop)]);
    },
  };
}

/** One session after the other, until it is stopped: nothing that Kafka says makes it give up. */
async function supervise(deps: KafkaElectionDeps, run: Run): Promise<void> {
  const { clock, events, options, random } = deps;
  const stopping = run.stopping.signal;
  for (let attempt = 1; !stopping.aborted; attempt++) {
    const joined = { ever: false };
    try {
      await takePart(deps, run, joined);
    } catch (error) {
      if (stopping.aborted) return;
      if (joined.ever) attempt = 1;
      const reason = kafkaFailureText(error);
      run.sentence = `cannot take part in the election: ${reason}`;
      const where = `${options.brokers.join(', ')}, group ${options.group}, topic ${options.topic}`;
      events.problemOccurred({ code: 'LW_ELECTION_AWAY', message: `election (${where}): ${reason}` });
      await clock.sleep(backoffMilliseconds(restartBackoff, attempt, random), stopping).catch(() => {});
    }
  }
}

/** Joins the group and stays in it. Rejects with kafkajs's error when it cannot; resolves when stopping. */
async function takePart(deps: KafkaElectionDeps, run: Run, joined: { ever: boolean }): Promise<void> {
  const { options, events } = deps;
  const kafka = connect(deps);
  const admin = kafka.admin({ retry });
  const ended = new AbortController();
  const over = AbortSignal.any([run.stopping.signal, ended.signal]);
  let leave = () => Promise.resolve();
  try {
    await unlessAborted(over, admin.connect());
    if (await ensureControlTopic(admin, options.topic))
      events.electionNoted({ detail: `made the topic ${options.topic} with one partition` });
    const consumer = makeConsumer(deps, run, kafka);
    leave = () => consumer.disconnect();
    const crashed = listen(deps, { run, consumer, admin, joined });
    const joining = consumer
      .connect()
      .then(() => consumer.subscribe({ topics: [options.topic], fromBeginning: true }))
      // The topic holds nothing; what somebody writes into it is passed over.
      .then(() => consumer.run({ autoCommit: false, eachMessage: async () => {} }));
    await unlessAborted(over, Promise.race([joining, crashed]));
    await unlessAborted(over, Promise.race([renewing(deps, { run, admin }, over), crashed]));
  } finally {
    ended.abort(new Error('the session is over'));
    run.holding.lost(run.stopping.signal.aborted ? 'the service is stopping' : 'the connection has ended');
    await Promise.race([leave().catch(() => {}), deps.clock.sleep(longestStop)]);
    await admin.disconnect().catch(() => {});
  }
}

function connect({ options, clock, events }: KafkaElectionDeps): Kafka {
  const log = createKafkaLog({ source: 'election', clock, events, onReset: () => {} });
  return new kafkajs.Kafka({
    ...options.security,
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: 3_000,
    requestTimeout: 5_000,
    retry,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => log,
  });
}

function makeConsumer({ options }: KafkaElectionDeps, { holding }: Run, kafka: Kafka): Consumer {
  return kafka.consumer({
    groupId: options.group,
    sessionTimeout: options.sessionTimeout,
    heartbeatInterval: options.heartbeatInterval,
    // Long: a member that only joins late must not be put out while its answers still count.
    rebalanceTimeout: options.sessionTimeout * 6,
    // Heartbeats are sent between fetches, and every fetch finds nothing.
    maxWaitTimeInMs: Math.min(500, options.heartbeatInterval),
    allowAutoTopicCreation: false,
    partitionAssigners: [oneOwner(() => holding.joining())],
    retry: { ...retry, restartOnFailure: async () => false },
  });
}

interface Joined {
  readonly run: Run;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly joined: { ever: boolean };
}

/** Follows what the group decides. Rejects when the consumer ends. */
function listen(deps: KafkaElectionDeps, { run, consumer, admin, joined }: Joined): Promise<never> {
  const { topic } = deps.options;
  const commit = createCommit(consumer, topic);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    joined.ever = true;
    if (payload.memberAssignment[topic]?.includes(0)) {
      run.sentence = 'begins to lead';
      run.holding.taken(commit);
      // What fails is tried again with the next renewal, which gives up in time.
      begin(deps, { run, admin }).catch(() => undefined);
    } else {
      run.holding.lost('another process leads');
      run.sentence = 'follows: another process leads';
    }
  });
  const crashed = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  crashed.catch(() => {});
  return crashed;
}

/** kafkajs says nothing when it does not commit because it is ending: only its event tells that it did. */
function createCommit(consumer: Consumer, topic: string): Commit {
  let asked = 0;
  return async note => {
    const metadata = note.replace(/}$/, `,"n":${++asked}}`);
    let committed = false;
    const forget = consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      const partitions = payload.topics.flatMap(each => each.partitions) as { metadata?: string }[];
      committed ||= partitions.some(each => each.metadata === metadata);
    });
    try {
      await consumer.commitOffsets([{ topic, partition: 0, offset: '0', metadata }]);
    } finally {
      forget();
    }
    if (!committed) throw new kafkajs.KafkaJSError('nothing was committed: the consumer is ending');
  };
}

/** The first commit of a term; throws when it has failed for too long. */
async function begin(
  { options }: KafkaElectionDeps,
  { run, admin }: Pick<Joined, 'run' | 'admin'>,
): Promise<void> {
  const { holding } = run;
  const { sessionTimeout } = options;
  const reason = await beginTerm({ holding, sessionTimeout, readTerm: () => readTerm(admin, options) });
  if (reason !== '') run.sentence = `begins to lead: ${reason}`;
}

async function renewing(
  deps: KafkaElectionDeps,
  of: Pick<Joined, 'run' | 'admin'>,
  over: AbortSignal,
): Promise<void> {
  const slept = () =>
    deps.clock.sleep(deps.options.heartbeatInterval, over).then(
      () => true,
      () => false,
    );
  while (await slept()) {
    if (of.run.holding.beginning) await begin(deps, of);
    else await of.run.holding.renew();
  }
}

/** `work`, or nothing as soon as the signal aborts. */
async function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  work.catch(() => {});
  if (signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    work.then(resolve, reject);
  });
}
