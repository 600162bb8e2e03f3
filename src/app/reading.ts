import type { Config, KafkaSourceConfig } from '../config/schema.ts';
import type { Progress } from '../domain/record.ts';
import { chooseTopics } from '../source/kafka/options.ts';
import { noteOf } from './files/reingest-note.ts';
import type { RunClock } from './run-clock.ts';

/** A row of table `progress`; `at` is the store's clock. */
export interface StoredProgress extends Progress {
  readonly at: number;
}

/** A configured source and the topics it reads now. */
export interface ReadSource {
  readonly name: string;
  readonly reads: (topic: string) => boolean;
}

/**
 * Event time up to which everything has been read, epoch milliseconds: the least over all partitions of the sources
 * that are configured. A partition without lag counts as read up to when that was measured, one with lag up to its
 * watermark. Sources that are always read up to the clock (HTTP) have no partitions here.
 *
 * @param sources The configured sources; rows of others are ignored, and of topics they do not read any more, and of a
 * cluster that was replaced: nobody moves those. A source without a row has read nothing yet.
 * @param now The clock, epoch milliseconds: nothing is read beyond it.
 */
export function readUpTo(
  progress: readonly StoredProgress[],
  sources: readonly ReadSource[],
  now: number,
): number {
  let least = now;
  for (const source of sources) {
    const partitions = inUse(
      progress.filter(row => row.source === source.name),
      source,
    );
    if (partitions.length === 0) return 0;
    for (const { lag, watermark, at } of partitions)
      least = Math.min(least, lag === 0 ? Math.max(at, watermark) : watermark);
    // Rows that were removed to be read again: their windows have not been read until they are.
    for (const { watermark } of progress.filter(row => row.source === noteOf(source.name) && row.lag > 0))
      least = Math.min(least, watermark);
  }
  return least;
}

/** Rows of the topics that are read, in the cluster heard of last. Partitions are named `cluster/topic/number`. */
function inUse(rows: readonly StoredProgress[], { reads }: ReadSource): StoredProgress[] {
  const parts = (row: StoredProgress) => row.partition.split('/');
  const newest = rows.reduce<StoredProgress | null>(
    (last, row) => (last === null || row.at > last.at ? row : last),
    null,
  );
  return rows.filter(row => parts(row)[0] === parts(newest!)[0] && reads(parts(row)[1] ?? ''));
}

/** Asks the store for progress, which other processes write too. */
export function createReading(
  progress: { all(): Promise<readonly StoredProgress[]> },
  config: Pick<Config, 'sources'>,
  runClock: RunClock,
): () => Promise<number> {
  const sources = config.sources.filter(source => source.type === 'kafka').map(readSource);
  return async () => {
    const now = runClock.now();
    // A run by event time is moved by whoever has read up to it.
    if (runClock.kind === 'event' || sources.length === 0) return now;
    return readUpTo(await progress.all(), sources, now);
  };
}

function readSource(source: KafkaSourceConfig): ReadSource {
  const { name, topics = [], pattern = null } = source;
  return { name, reads: topic => chooseTopics({ topics, pattern }, [topic]).topics.length > 0 };
}
