import type { Database } from './database.ts';
import { ofBaseline, ofStream, paramsOf, type Stream, type StreamBaseline } from './profile-keys.ts';
import { finalSettings, seconds } from './row-reads.ts';

interface StoreTime {
  now(): Promise<number>;
}

/** Compares rows with run records, and marks buckets that differ. */
export function createAuditStore(database: Database, clock: StoreTime, db: string = 'leeway') {
  return {
    streams: () =>
      database.rows<Stream>(
        `SELECT DISTINCT model, environment FROM ${db}.inferences ORDER BY model, environment`,
      ),
    compare: async (of: StreamBaseline, range: { readonly from: number; readonly to: number }) => {
      const rows = await database.rows<{ buckets: string; mismatches: number[] }>(
        compareSql(db, range),
        paramsOf(of),
      );
      return {
        buckets: Number(rows[0]?.buckets ?? 0),
        mismatches: rows[0]?.mismatches ?? [],
      };
    },
    touch: async (stream: Stream, buckets: readonly number[]): Promise<void> => {
      const { model, environment } = stream;
      const last = await database.rows<{ last: string }>(
        `SELECT toUnixTimestamp64Milli(max(started)) AS last FROM ${db}.profile_runs WHERE ${ofStream}`,
        paramsOf(stream),
      );
      // Above the last run's start, also when the store's clock was set back.
      const at = Math.max(Math.floor(await clock.now()), Number(last[0]?.last ?? 0));
      await database.insertRows(
        `${db}.touched`,
        buckets.map(bucket => ({ model, environment, bucket, at })),
      );
    },
  };
}

/** Buckets with rows, a run, or both; those that are marked as due are left out, for they will be profiled anyway. */
function compareSql(db: string, { from, to }: { readonly from: number; readonly to: number }): string {
  const period = `bucket >= ${seconds(from)} AND bucket < ${seconds(Math.max(from, to))}`;
  return `SELECT count() AS buckets,
      groupArrayIf(toUnixTimestamp(start), stored_rows != run_rows OR stored_keys != run_keys) AS mismatches
    FROM (
      SELECT start, sum(stored_rows) AS stored_rows, sum(stored_keys) AS stored_keys, sum(run_rows) AS run_rows,
        sum(run_keys) AS run_keys, max(recorded) AS recorded, max(began) AS began, max(marked) AS marked
      FROM (
        SELECT bucket AS start, count() AS stored_rows, sum(sipHash64(key)) AS stored_keys, toUInt64(0) AS run_rows,
          toUInt64(0) AS run_keys, 0 AS recorded, toInt64(0) AS began, toInt64(-1) AS marked
        FROM ${db}.inferences FINAL WHERE ${ofStream} AND ${period} GROUP BY bucket
        UNION ALL
        SELECT bucket, 0, 0, argMax(rows, generation), argMax(key_sum, generation), 1,
          argMax(toUnixTimestamp64Milli(started), generation), -1
        FROM ${db}.profile_runs WHERE ${ofBaseline} AND grain = 300 AND ${period} GROUP BY bucket
        UNION ALL
        SELECT bucket, 0, 0, 0, 0, 0, 0, toUnixTimestamp64Milli(max(at))
        FROM ${db}.touched WHERE ${ofStream} AND ${period} GROUP BY bucket
      ) GROUP BY start
    ) WHERE NOT (marked >= 0 AND (recorded = 0 OR marked >= began)) ${finalSettings}`;
}
