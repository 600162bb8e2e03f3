import type { Admin } from 'kafkajs';

/** Offsets of a partition that were gone before they were read: [from, to). */
export interface Gap {
  readonly from: bigint;
  readonly to: bigint;
}

/** Measures what a reset of an offset has passed over. */
export interface Gaps {
  /** Asks where the group stands: kafkajs commits the earliest offset as soon as it has reset one. */
  joined(): void;
  /**
   * What lies between where reading stood and the earliest record there is. Null when nothing is known to be missing: the
   * offset lies beyond the end of a topic that was made anew, or the brokers do not say.
   *
   * @param next Where reading stood, when it had begun; otherwise it is where the group had committed.
   */
  measure(topic: string, partition: number, next: bigint | null): Promise<Gap | null>;
}

export interface GapDeps {
  readonly admin: Pick<Admin, 'fetchOffsets' | 'fetchTopicOffsets'>;
  readonly group: string;
  readonly topics: readonly string[];
}

type Committed = ReadonlyMap<string, bigint>;

export function createGaps({ admin, group, topics }: GapDeps): Gaps {
  let committed: Promise<Committed> = Promise.resolve(new Map());
  const ask = async (): Promise<Committed> => {
    const answer = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
    const entries = answer.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, BigInt(offset)] as const),
    );
    return new Map(entries.filter(([, offset]) => offset >= 0n));
  };
  return {
    joined: () => {
      committed = ask().catch(() => new Map());
    },
    measure: async (topic, partition, next) => {
      const from = next ?? (await committed).get(`${topic}/${partition}`);
      if (from === undefined) return null;
      const ends = await admin.fetchTopicOffsets(topic).catch(() => []);
      const low = ends.find(end => end.partition === partition)?.low;
      return low !== undefined && BigInt(low) > from ? { from, to: BigInt(low) } : null;
    },
  };
}
