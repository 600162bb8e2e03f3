import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';

/** Tables that rows are deleted from. */
const tables = ['inferences', 'labels', 'rejects'];

export interface PurgeDeps {
  readonly database: Database;
  readonly db: string;
  readonly clock: Clock;
}

/** How long a purge waits for the engine, milliseconds. */
export interface PurgeLimits {
  /** For one partition. */
  readonly each: number;
  readonly together: number;
  /** Ends the waiting; the engine goes on. */
  readonly signal?: AbortSignal;
}

export interface Purged {
  /** Partitions rewritten. */
  readonly rewritten: number;
  /** What still holds deleted rows, with the reason. The engine may be at work on it. */
  readonly left: readonly string[];
}

/** Pauses between looks at how far the engine is, milliseconds: doubled up to the longest. */
const looks = { first: 25, longest: 5_000 };

/**
 * Rewrites the parts that hold deleted rows, so that the files hold them no longer once ClickHouse has dropped the old
 * parts (at once with the embedded engine, after `old_parts_lifetime`, 8 minutes, on a server). A deletion by itself
 * only hides rows until some merge.
 *
 * Partitions are begun one after the other; one that fails or takes too long does not keep the others from it.
 */
export async function purgeDeleted(deps: PurgeDeps, limits: PurgeLimits): Promise<Purged> {
  const { clock } = deps;
  const end = clock.now() + limits.together;
  const left: string[] = [];
  let rewritten = 0;
  for (const partition of await masked(deps)) {
    limits.signal?.throwIfAborted();
    try {
      await rewrite(deps, partition, {
        until: Math.min(end, clock.now() + limits.each),
        signal: limits.signal,
      });
      rewritten++;
    } catch (error) {
      limits.signal?.throwIfAborted();
      left.push(`${partition.table} ${partition.id}: ${(error as Error).message.slice(0, 300)}`);
    }
  }
  return { rewritten, left };
}

/** When the last nightly purge began that ended well, by the clock of the process that did it; 0: not known. */
export async function lastGoodPurge({ database, db }: Omit<PurgeDeps, 'clock'>): Promise<number> {
  const [found] = await database.rows<{ at: string }>(
    `SELECT maxIf(toUnixTimestamp64Milli(j.started), j.outcome = 'done') AS at FROM ${db}.job_runs AS j
     WHERE j.job = 'purge'`,
  );
  return Number(found?.at ?? 0);
}

interface Partition {
  readonly table: string;
  /** Made by ClickHouse: a day, or `all`. */
  readonly id: string;
}

interface Wait {
  /** Epoch milliseconds. */
  readonly until: number;
  readonly signal: AbortSignal | undefined;
}

/** Partitions that hold deleted rows. */
async function masked({ database, db }: PurgeDeps, of?: Partition): Promise<Partition[]> {
  return database.rows<Partition>(
    `SELECT DISTINCT table, partition_id AS id FROM system.parts
     WHERE database = {db:String} AND table IN {tables:Array(String)} AND active AND has_lightweight_delete
       AND ({id:String} = '' OR partition_id = {id:String})
     ORDER BY table, id`,
    { db, tables: of === undefined ? tables : [of.table], id: of?.id ?? '' },
  );
}

async function rewrite(deps: PurgeDeps, partition: Partition, wait: Wait): Promise<void> {
  // One that is under way from before is waited for; it does not cover what was deleted after it had begun.
  await ended(deps, partition, wait);
  if ((await masked(deps, partition)).length === 0) return;
  const { database, db } = deps;
  // Not waited for by the statement: a large partition takes longer than an answer may.
  await database.command(
    `ALTER TABLE ${db}.${partition.table} ${rewriting(partition)} SETTINGS mutations_sync = 0`,
  );
  await ended(deps, partition, wait);
}

/** Resolves when no rewriting of the partition is under way. Throws when that takes too long. */
async function ended(deps: PurgeDeps, partition: Partition, { until, signal }: Wait): Promise<void> {
  const { database, db, clock } = deps;
  for (let pause = looks.first; ; pause = Math.min(looks.longest, pause * 2)) {
    const [found] = await database.rows<{ reason: string }>(
      `SELECT latest_fail_reason AS reason FROM system.mutations
       WHERE database = {db:String} AND table = {table:String} AND NOT is_done AND position(command, {what:String}) > 0
       ORDER BY create_time DESC LIMIT 1`,
      { db, table: partition.table, what: rewriting(partition) },
    );
    if (found === undefined) return;
    if (clock.now() >= until)
      throw new Error(found.reason === '' ? 'the engine has not ended rewriting it yet' : found.reason);
    await clock.sleep(pause, signal);
  }
}

function rewriting({ id }: Partition): string {
  return `APPLY DELETED MASK IN PARTITION ID '${id.replaceAll(/\W/g, '')}'`;
}
