import { bucketOf, type Inference } from '../domain/inference.ts';
import type { Label } from '../domain/label.ts';
import type { Progress } from '../domain/record.ts';
import type { Reject } from '../domain/reject.ts';
import type { Clock } from '../lib/clock.ts';
import { type Admitted, refusal } from './admission.ts';
import type { Database, StoreClock } from './database.ts';
import { StoreError } from './failures.ts';
import { insertHalving } from './halving.ts';
import { chunks, encodeInferences, inferenceColumns, splitForInsert } from './inferences.ts';
import { bucketsOfIds, encodeLabels, labelColumns, type TouchedBucket } from './labels.ts';
import { createProgressStore } from './progress.ts';
import { createRejectStore } from './rejects.ts';
import { type Steady, toLeewayError } from './steady.ts';
import { createTouchedStore } from './touched.ts';

/** Points at which a test may end the process: rows and labels are in; marks are in. */
export type Failpoint = 'rows-inserted' | 'marked';

export interface FlushDeps {
  readonly database: Database;
  readonly db: string;
  readonly storeClock: StoreClock;
  /** For how long progress has waited. */
  readonly clock: Clock;
  readonly steady: Steady;
  readonly batchRows: number;
  readonly failpoint?: ((name: Failpoint) => void) | undefined;
}

/** Rows the store would not take, with the reject that was written for each. */
export interface FlushResult {
  readonly refused: ReadonlyMap<Inference | Label, Reject>;
}

/**
 * Stores what was admitted, in the order that makes a crash anywhere harmless: rejects, inferences, labels, then the
 * marks of every bucket they change, then progress. Everything in it may be repeated.
 */
export function createFlush(deps: FlushDeps) {
  const { database, db, storeClock, clock, steady, batchRows, failpoint } = deps;
  const rejects = createRejectStore({ database, db });
  const touched = createTouchedStore({ database, db });
  const progressStore = createProgressStore({ database, db });
  const isRefusal = (error: unknown): error is StoreError => error instanceof StoreError;

  const insertRows = async (admitted: Admitted): Promise<ReadonlyMap<Inference | Label, Reject>> => {
    const refused = new Map<Inference | Label, Reject>();
    const insert = async <T extends Inference | Label>(
      rows: readonly T[],
      send: (rows: readonly T[]) => Promise<void>,
    ) => {
      const bad = await insertHalving(rows, part => steady.insert(part.length, () => send(part)), isRefusal);
      for (const { row, error } of bad)
        refused.set(row, refusal(row, 'store-refused', `ClickHouse code ${error.code}`));
    };
    for (const part of splitForInsert(admitted.inferences, batchRows))
      await insert(part, rows =>
        database.insertNative(`${db}.inferences`, inferenceColumns, encodeInferences(rows)),
      );
    for (const part of chunks(admitted.labels, batchRows))
      await insert(part, rows => database.insertNative(`${db}.labels`, labelColumns, encodeLabels(rows)));
    return refused;
  };

  /** `since`: when the oldest of this was handed over, by the clock. */
  return async (admitted: Admitted, progress: readonly Progress[], since: number): Promise<FlushResult> => {
    if (admitted.rejects.length > 0) await steady.run(() => rejects.write(admitted.rejects));
    const refused = await insertRows(admitted).catch((error: unknown) => {
      throw isRefusal(error) ? toLeewayError(error) : error;
    });
    if (refused.size > 0) await steady.run(() => rejects.write([...refused.values()]));
    failpoint?.('rows-inserted');
    const buckets = ownBuckets(admitted.inferences);
    buckets.push(...(await steady.run(() => bucketsOfIds(database, db, idsToLookUp(admitted)))));
    if (buckets.length > 0 || progress.length > 0) {
      const reading = steady.run(() => storeClock.now());
      await steady.run(() => touched.mark(buckets, reading));
      failpoint?.('marked');
      const now = await reading;
      // Told as of then: what came in while the store was away is not read, however little was left before.
      const asOf = now - Math.max(0, clock.now() - since);
      await steady.run(() => progressStore.write(progress, asOf));
    }
    return { refused };
  };
}

function ownBuckets(inferences: readonly Inference[]): TouchedBucket[] {
  const buckets = new Map<string, TouchedBucket>();
  for (const { model, environment, time } of inferences) {
    const bucket = bucketOf(time);
    const name = `${bucket}/${environment}/${model}`;
    if (!buckets.has(name)) buckets.set(name, { model, environment, bucket });
  }
  return [...buckets.values()];
}

/**
 * Ids whose buckets must be asked for: labels without their inference in the same flush. A label that came with its
 * inference changes that inference's bucket, which is marked anyway; asking for it would read the key column of the
 * whole model at every flush.
 */
function idsToLookUp({ inferences, labels }: Admitted): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  if (labels.length === 0) return ids;
  const here = new Set(inferences.map(row => `${row.model}\0${row.id}`));
  for (const { model, id } of labels) {
    if (here.has(`${model}\0${id}`)) continue;
    const set = ids.get(model);
    if (set === undefined) ids.set(model, new Set([id]));
    else set.add(id);
  }
  return ids;
}
