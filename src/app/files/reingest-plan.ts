import type { HeldPartition, OffsetRange } from '../../source/kafka/range.ts';
import type { StoredRange } from '../../store/reingest.ts';

/** Positions that are removed and read again. */
export interface PlannedRange extends OffsetRange {
  /** `cluster/topic/number/`. */
  readonly prefix: string;
}

/** Stored rows that the brokers no longer hold. */
export interface GoneRange {
  readonly prefix: string;
  readonly first: number;
  /** First offset that is still there; null when the partition is not. */
  readonly low: number | null;
}

export interface Plan {
  readonly ranges: readonly PlannedRange[];
  readonly gone: readonly GoneRange[];
}

/**
 * Which offsets to read again: those of the stored rows of the time, and those whose records are of that time by their
 * own timestamp, for a record that was refused left no row. Rows in between are read again too, whatever their time.
 */
export function planRanges(
  cluster: string,
  held: readonly HeldPartition[],
  stored: readonly StoredRange[],
): Plan {
  const ranges: PlannedRange[] = [];
  const gone: GoneRange[] = [];
  const prefixOf = ({ topic, partition }: HeldPartition) => `${cluster}/${topic}/${partition}/`;
  for (const partition of held) {
    const prefix = prefixOf(partition);
    const rows = stored.find(range => range.prefix === prefix);
    if (rows !== undefined && rows.first < partition.low) {
      gone.push({ prefix, first: rows.first, low: partition.low });
      continue;
    }
    const timed = partition.since < partition.until;
    const none = Number.POSITIVE_INFINITY;
    const first = Math.min(rows?.first ?? none, timed ? Math.max(partition.low, partition.since) : none);
    const wanted = Math.max(rows?.last ?? -1, timed ? partition.until - 1 : -1);
    const last = Math.min(wanted, partition.high - 1);
    if (last >= first)
      ranges.push({ prefix, topic: partition.topic, partition: partition.partition, first, last });
  }
  const known = new Set(held.map(prefixOf));
  for (const { prefix, first } of stored) if (!known.has(prefix)) gone.push({ prefix, first, low: null });
  return { ranges, gone };
}
