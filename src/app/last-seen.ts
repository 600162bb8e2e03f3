import { lastRows } from '../store/last-rows.ts';
import type { ModelVersion } from '../store/models.ts';
import type { Storage } from './storage.ts';

/** A model in an environment, and the event time of its last row, epoch milliseconds. */
export interface SeenStream {
  readonly model: string;
  readonly environment: string;
  readonly lastSeen: number;
}

/** When each stream had its last row. Event times may lie a little ahead of the clock: they count as now. */
export async function lastSeenOf(
  storage: Pick<Storage, 'database' | 'db'>,
  versions: readonly Pick<ModelVersion, 'model' | 'environment' | 'lastBucket'>[],
  now: number,
): Promise<SeenStream[]> {
  const newest = new Map<string, { model: string; environment: string; bucket: number }>();
  for (const { model, environment, lastBucket } of versions) {
    const key = keyOf({ model, environment });
    const bucket = Math.max(lastBucket, newest.get(key)?.bucket ?? 0);
    newest.set(key, { model, environment, bucket });
  }
  const times = new Map((await lastRows(storage, [...newest.values()])).map(row => [keyOf(row), row.last]));
  return [...newest].map(([key, { model, environment, bucket }]) => ({
    model,
    environment,
    // Rows that were removed meanwhile: their bucket is known still.
    lastSeen: Math.min(times.get(key) ?? bucket * 1000, now),
  }));
}

function keyOf({ model, environment }: { readonly model: string; readonly environment: string }): string {
  return JSON.stringify([model, environment]);
}
