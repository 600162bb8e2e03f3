import type { HeldPartition, OffsetRange } from '../../source/kafka/range.ts';
import type { StoredRange } from '../../store/reingest.ts';

/** Positions that are removed and read again. */
export interface PlannedRange extends OffsetRange {
  /** `cluster/topic/number/`. */
  readonly prefix: string;
}

/** A range as it is written down before anything of it is removed. */
export interface NotedRange extends PlannedRange {
  /** When it was, epoch milliseconds: rows that were young enough then are taken when it is finished later. */
  readonly moment: number;
  /** Earliest event time that it may change, epoch milliseconds. */
  readonly since: number;
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
 *
 * @param pending What an interrupted run was about: what the brokers dropped of it does not stop the next one, which
 * cannot help it any more; `clip` names it.
 */
export function planRanges(
  cluster: string,
  held: readonly HeldPartition[],
  stored: readonly StoredRange[],
  pending: readonly PlannedRange[] = [],
): Plan {
  const ranges: PlannedRange[] = [];
  const gone: GoneRange[] = [];
  const prefixOf = ({ topic, partition }: HeldPartition) => `${cluster}/${topic}/${partition}/`;
  for (const partition of held) {
    const prefix = prefixOf(partition);
    const rows = stored.find(range => range.prefix === prefix);
    const excused = pending.some(
      begun =>
        begun.prefix === prefix && begun.first <= (rows?.first ?? 0) && partition.low <= begun.last + 1,
    );
    if (rows !== undefined && rows.first < partition.low && !excused) {
      gone.push({ prefix, first: rows.first, low: partition.low });
      continue;
    }
    const timed = partition.since < partition.until;
    const none = Number.POSITIVE_INFINITY;
    const first = Math.max(partition.low, Math.min(rows?.first ?? none, timed ? partition.since : none));
    const wanted = Math.max(rows?.last ?? -1, timed ? partition.until - 1 : -1);
    const last = Math.min(wanted, partition.high - 1);
    if (last >= first)
      ranges.push({ prefix, topic: partition.topic, partition: partition.partition, first, last });
  }
  const known = new Set(held.map(prefixOf));
  for (const { prefix, first, last } of stored) {
    const excused = pending.some(
      begun => begun.prefix === prefix && begun.first <= first && last <= begun.last,
    );
    if (!known.has(prefix) && !excused) gone.push({ prefix, first, low: null });
  }
  return { ranges, gone };
}

/** Ranges cut to what the brokers hold, and what is cut off. */
export function clip<R extends PlannedRange>(
  held: readonly HeldPartition[],
  ranges: readonly R[],
): { readonly readable: readonly R[]; readonly missing: readonly R[] } {
  const readable: R[] = [];
  const missing: R[] = [];
  for (const range of ranges) {
    const there = heldOf(held, range);
    const first = Math.max(range.first, there?.low ?? Number.POSITIVE_INFINITY);
    const last = Math.min(range.last, (there?.high ?? 0) - 1);
    if (first > last) {
      missing.push(range);
      continue;
    }
    readable.push({ ...range, first, last });
    if (first > range.first) missing.push({ ...range, last: first - 1 });
    if (last < range.last) missing.push({ ...range, first: last + 1 });
  }
  return { readable, missing };
}

/** Offsets that the brokers dropped after they were planned and before they were read: those before the first read. */
export function lostMeanwhile(
  held: readonly HeldPartition[],
  read: readonly { readonly range: PlannedRange; readonly first: number | null }[],
): PlannedRange[] {
  return read.flatMap(({ range, first }) => {
    const low = heldOf(held, range)?.low ?? range.last + 1;
    const last = Math.min(range.last, (first ?? range.last + 1) - 1, low - 1);
    return last < range.first ? [] : [{ ...range, last }];
  });
}

function heldOf(held: readonly HeldPartition[], range: PlannedRange): HeldPartition | undefined {
  return held.find(({ topic, partition }) => topic === range.topic && partition === range.partition);
}

/** One range a partition that holds both. */
export function join(ranges: readonly NotedRange[], pending: readonly NotedRange[]): readonly NotedRange[] {
  const joined = new Map(ranges.map(range => [range.prefix, range]));
  for (const range of pending) {
    const other = joined.get(range.prefix) ?? range;
    joined.set(range.prefix, {
      ...range,
      first: Math.min(range.first, other.first),
      last: Math.max(range.last, other.last),
      moment: Math.min(range.moment, other.moment),
      since: Math.min(range.since, other.since),
    });
  }
  return [...joined.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

export function sizeOf(ranges: readonly PlannedRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
