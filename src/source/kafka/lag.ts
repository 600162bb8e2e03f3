import type { Admin } from 'kafkajs';
import type { Clock } from '../../lib/clock.ts';
import type { PartitionLag } from '../ports.ts';
import type { Offsets } from './offsets.ts';

export interface LagDeps {
  readonly source: string;
  readonly cluster: string;
  readonly group: string;
  readonly admin: Pick<Admin, 'fetchTopicOffsets' | 'fetchOffsets'>;
  readonly offsets: Pick<Offsets, 'next'>;
  readonly clock: Clock;
}

/**
 * How far each of `partitions` (`topic/number`) stands. The partition's end is asked for first and the position looked
 * up afterwards, so that lag 0 means: everything written before `at` is stored.
 */
export async function measureLag(deps: LagDeps, partitions: readonly string[]): Promise<PartitionLag[]> {
  const result: PartitionLag[] = [];
  for (const [topic, numbers] of byTopic(partitions)) {
    const at = deps.clock.now();
    const ends = await deps.admin.fetchTopicOffsets(topic);
    const committed = await committedOf(deps, topic, numbers);
    for (const end of ends) {
      if (!numbers.includes(end.partition)) continue;
      const next = deps.offsets.next(`${topic}/${end.partition}`) ?? committed.get(end.partition) ?? null;
      const low = BigInt(end.low);
      const partition = `${deps.cluster}/${topic}/${end.partition}`;
      // What retention has taken away is not waiting to be read.
      const behind = BigInt(end.high) - (next === null || next < low ? low : next);
      result.push({
        source: deps.source,
        partition,
        position: next === null || next === 0n ? '' : `${partition}/${next - 1n}`,
        lag: Math.max(0, Number(behind)),
        at,
      });
    }
  }
  return result;
}

/**
 * What is told of partitions that were just joined, before any of their records: not read yet. Without it those that
 * deliver first would speak for the others, of which nothing is known until their first batch or measurement.
 */
export function notReadYet(
  deps: Pick<LagDeps, 'source' | 'cluster'>,
  partitions: readonly string[],
): PartitionLag[] {
  const { source, cluster } = deps;
  return partitions.map(name => ({ source, partition: `${cluster}/${name}`, position: '', lag: 1, at: 0 }));
}

/** Offsets the group has committed, asked for only when a partition has not been read since it was assigned. */
async function committedOf(
  deps: LagDeps,
  topic: string,
  numbers: readonly number[],
): Promise<Map<number, bigint>> {
  if (numbers.every(number => deps.offsets.next(`${topic}/${number}`) !== null)) return new Map();
  const answer = await deps.admin.fetchOffsets({ groupId: deps.group, topics: [topic] });
  const partitions = answer.find(t => t.topic === topic)?.partitions ?? [];
  return new Map(
    partitions.map(p => [p.partition, BigInt(p.offset)] as const).filter(([, offset]) => offset >= 0n),
  );
}

function byTopic(partitions: readonly string[]): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const partition of partitions) {
    const slash = partition.lastIndexOf('/');
    const topic = partition.slice(0, slash);
    topics.set(topic, [...(topics.get(topic) ?? []), Number(partition.slice(slash + 1))]);
  }
  return topics;
}
