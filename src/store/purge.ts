import type { Database } from './database.ts';

/** Tables that rows are deleted from. */
const tables = ['inferences', 'labels', 'rejects'];

/**
 * Rewrites the parts that hold deleted rows, so that the files hold them no longer once ClickHouse has dropped the old
 * parts (at once with the embedded engine, after `old_parts_lifetime`, 8 minutes, on a server). A deletion by itself
 * only hides rows until some merge.
 *
 * @returns partitions rewritten
 */
export async function purgeDeleted(database: Database, db: string): Promise<number> {
  const found = await database.rows<{ table: string; partition: string }>(
    `SELECT DISTINCT table, partition_id AS partition FROM system.parts
     WHERE database = {db:String} AND table IN {tables:Array(String)} AND active AND has_lightweight_delete
     ORDER BY table, partition`,
    { db, tables },
  );
  for (const { table, partition } of found)
    await database.command(
      // Ids of partitions are made by ClickHouse: a day, or `all`.
      `ALTER TABLE ${db}.${table} APPLY DELETED MASK IN PARTITION ID '${partition.replaceAll(/\W/g, '')}' SETTINGS mutations_sync = 2`,
    );
  return found.length;
}
