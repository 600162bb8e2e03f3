import type { Admin, Kafka } from 'kafkajs';
import kafkajs from 'kafkajs';
import { createGaps, type Gaps } from './gaps.ts';
import { type GroupDeps, joinGroup, type Member, type Parts } from './group.ts';
import { measureLag } from './lag.ts';
import { createKafkaLog } from './logs.ts';
import { createOffsets } from './offsets.ts';
import { chooseTopics, kafkaRetry } from './options.ts';

/**
 * One life of a consumer: looks topics up, joins the group, reads. Resolves when `stop` aborts or when the topics to read
 * have changed (begin another session); rejects with kafkajs's error when its consumer ends. Leaves nothing running.
 */
export async function runSession(deps: GroupDeps, stop: AbortSignal): Promise<void> {
  const { options, clock } = deps;
  const offsets = createOffsets();
  // A Kafka object of its own: consumers of one object and group share a cache of committed offsets.
  let cluster = 'unknown';
  let tellGap = (_topic: string, _partition: number, _next: bigint | null): void => {};
  const kafka = connect(deps, (topic, partition) => {
    tellGap(topic, partition, offsets.next(`${topic}/${partition}`));
    offsets.drop(`${topic}/${partition}`);
    deps.events.offsetReset({
      source: options.name,
      partition: `${cluster}/${topic}/${partition}`,
      detail: 'the committed offset is not on the broker; reading goes on at the earliest record there is',
    });
  });
  const admin = kafka.admin({ retry: kafkaRetry });
  const ended = new AbortController();
  try {
    await untilAborted(stop, admin.connect());
    if (stop.aborted) return;
    cluster = (await admin.describeCluster()).clusterId ?? cluster;
    const { topics, missing } = chooseTopics(options, await admin.listTopics());
    reportMissing(deps, missing);
    if (topics.length === 0) return await clock.sleep(options.tuning.topicInterval, stop).catch(() => {});
    const partitions = await countPartitions(admin, topics);
    const parts = { kafka, admin, offsets, cluster, topics, partitions };
    const gaps = createGaps({ admin, group: options.group, topics });
    tellGap = (topic, partition, next) => void reportGap(deps, gaps, { cluster, topic, partition, next });
    const onJoined: GroupDeps['onJoined'] = control => {
      gaps.joined();
      deps.onJoined(control);
    };
    const member = await joinGroup({ ...deps, onJoined }, parts);
    const over = AbortSignal.any([stop, ended.signal]);
    try {
      void measuring(deps, { parts, member }, over);
      await untilAborted(stop, Promise.race([member.over, topicsChange(deps, parts, over)]));
    } finally {
      ended.abort();
      await member.leave();
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function countPartitions(admin: Admin, topics: readonly string[]): Promise<number> {
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  return metadata.topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
}

async function reportGap(
  { options, events }: GroupDeps,
  gaps: Gaps,
  of: {
    readonly cluster: string;
    readonly topic: string;
    readonly partition: number;
    readonly next: bigint | null;
  },
): Promise<void> {
  const gap = await gaps.measure(of.topic, of.partition, of.next);
  if (gap === null) return;
  const partition = `${of.cluster}/${of.topic}/${of.partition}`;
  const [from, to] = [gap.from.toString(), gap.to.toString()];
  events.offsetsMissing({ source: options.name, partition, from, to, missing: Number(gap.to - gap.from) });
}

/** `work`, or nothing as soon as the signal aborts. */
async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  if (signal.aborted) return void work.catch(() => {});
  let onAbort = () => {};
  const aborted = new Promise<void>(resolve => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}

function connect(deps: GroupDeps, onReset: (topic: string, partition: number) => void): Kafka {
  const { options, clock, events } = deps;
  const log = createKafkaLog({ source: options.name, clock, events, onReset });
  return new kafkajs.Kafka({
    ...options.security,
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: kafkaRetry,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => log,
  });
}

function reportMissing({ options, events }: GroupDeps, missing: readonly string[]): void {
  if (missing.length === 0) return;
  events.problemOccurred({
    code: 'LW_KAFKA_WARNING',
    message: `${options.name}: no topic ${missing.join(', ')} on ${options.brokers.join(', ')}; it is read as soon as there is one`,
  });
}

/** Tells every few seconds how far each partition held stands. A broker that does not answer is asked again. */
async function measuring(
  deps: GroupDeps,
  { parts, member }: { readonly parts: Parts; readonly member: Member },
  signal: AbortSignal,
): Promise<void> {
  const { options, clock, events, intake } = deps;
  while (await slept(deps, options.tuning.lagInterval, signal)) {
    const held = member.partitions();
    try {
      const lags = await measureLag({ ...parts, source: options.name, group: options.group, clock }, held);
      if (signal.aborted || held !== member.partitions()) continue;
      for (const lag of lags) events.lagMeasured(lag);
      intake.measured(lags);
    } catch {
      // kafkajs has logged it.
    }
  }
}

/** Resolves when the topics to read are no longer those that are read. */
async function topicsChange(deps: GroupDeps, parts: Parts, signal: AbortSignal): Promise<void> {
  while (await slept(deps, deps.options.tuning.topicInterval, signal)) {
    const existing = await parts.admin.listTopics().catch(() => null);
    if (existing === null) continue;
    if (chooseTopics(deps.options, existing).topics.join() !== parts.topics.join()) return;
  }
}

async function slept(deps: GroupDeps, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return deps.clock.sleep(milliseconds, signal).then(
    () => true,
    () => false,
  );
}
