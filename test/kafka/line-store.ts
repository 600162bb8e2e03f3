import { createRecordedEvents } from '../../src/lib/events.ts';
import { createAuditor } from '../../src/profile/auditor.ts';
import { createAuditStore } from '../../src/store/audit.ts';
import { createBaselineStore } from '../../src/store/baselines.ts';
import { createStoreClock } from '../../src/store/clock.ts';
import { createProfileStore } from '../../src/store/profiles.ts';
import { openServer } from '../../src/store/server.ts';
import type { BucketTally } from './line-records.ts';

/** The tables behind a line, read past the services that fill them. */
export type LineStore = Awaited<ReturnType<typeof openLineStore>>;

const db = 'leeway';
const environment = 'prod';
/** The one baseline of each model here. */
const baseline = 1;

export async function openLineStore(url: string) {
  const database = await openServer({ url, username: 'default', password: '' });
  const profiles = createProfileStore(database, db);
  const number = async (sql: string): Promise<number> =>
    Number((await database.rows<{ n: string }>(sql))[0]?.n ?? 0);
  return {
    number,
    /** Distinct rows by bucket, as a closed bucket is read. */
    rows: async (model: string): Promise<Map<number, BucketTally>> => {
      const rows = await database.rows<{ start: number; n: string; amount: number }>(
        `SELECT toUnixTimestamp(bucket) AS start, count() AS n, sum(num['amount']) AS amount
         FROM ${db}.inferences FINAL WHERE model = {model:String} GROUP BY start ORDER BY start`,
        { model },
      );
      return new Map(rows.map(row => [row.start, { rows: Number(row.n), amount: row.amount }]));
    },
    /** Reason by `topic/partition/offset`; throws when a position stands there twice. */
    rejects: async (): Promise<Map<string, string>> => {
      const rows = await database.rows<{ position: string; reason: string }>(
        `SELECT position, reason FROM ${db}.rejects FINAL`,
      );
      const map = new Map(
        rows.map(({ position, reason }) => [position.slice(position.indexOf('/') + 1), reason]),
      );
      if (map.size !== rows.length) throw new Error(`${rows.length - map.size} rejects stand there twice`);
      return map;
    },
    /** How often each id is stored, copies of a row collapsed. */
    ids: async (): Promise<Map<string, number>> => {
      const rows = await database.rows<{ id: string; n: string }>(
        `SELECT id, count() AS n FROM ${db}.inferences FINAL GROUP BY id`,
      );
      return new Map(rows.map(({ id, n }) => [id, Number(n)]));
    },
    /** Buckets with rows that nobody has marked. */
    unmarked: () =>
      number(
        `SELECT count() AS n FROM (SELECT DISTINCT model, environment, bucket FROM ${db}.inferences)
         WHERE (model, environment, bucket) NOT IN (SELECT model, environment, bucket FROM ${db}.touched)`,
      ),
    /** Buckets that are still to be profiled. */
    due: async (model: string): Promise<number> =>
      (await profiles.dueBuckets({ model, environment, baseline })).length,
    /** What the valid profiles of `feature:amount` count, by bucket; and the rows of the run records. */
    profiled: (model: string, grain: 300 | 3600) => readProfiled(profiles, model, grain),
    /** One run of the auditor over everything. */
    audit: async (now: number) => {
      const auditor = createAuditor({
        audit: createAuditStore(database, createStoreClock(database), db),
        baselines: createBaselineStore(database, db),
        events: createRecordedEvents(),
        rawRetentionSeconds: 30 * 86_400,
      });
      return auditor.run({ now, period: 'all' });
    },
    close: () => database.close(),
  };
}

async function readProfiled(
  profiles: ReturnType<typeof createProfileStore>,
  model: string,
  grain: 300 | 3600,
): Promise<{ readonly profiles: Map<number, BucketTally>; readonly runs: Map<number, number> }> {
  const of = { model, environment, baseline };
  const counted = new Map<number, BucketTally>();
  for (const row of await profiles.readValid(of, { grain, from: 0, to: 4_000_000_000 })) {
    if (row.subject !== 'feature:amount' || row.version !== '' || row.segment !== '') continue;
    const tally = counted.get(row.bucket) ?? { rows: 0, amount: 0 };
    counted.set(row.bucket, { rows: tally.rows + row.n, amount: tally.amount + row.sum });
  }
  const runs = await profiles.readRuns(of, grain);
  return { profiles: counted, runs: new Map(runs.map(run => [run.bucket, run.rows])) };
}
