import { createRecordedEvents } from '../../../src/lib/events.ts';
import { createAuditor } from '../../../src/profile/auditor.ts';
import { createAuditStore } from '../../../src/store/audit.ts';
import { createBaselineStore } from '../../../src/store/baselines.ts';
import { createStoreClock } from '../../../src/store/clock.ts';
import type { Database } from '../../../src/store/database.ts';

/** Everything a run leaves behind that may not depend on how often it was killed: rows as JSON text, by table. */
export interface State {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Buckets in which the rows, the run record and the profiles' counts are not all the same number. */
  readonly miscounted: readonly unknown[];
  readonly audit: { readonly buckets: number; readonly mismatches: number };
  /** Jobs that ended with a failure: a retry may have hidden it. */
  readonly failedJobs: readonly unknown[];
}

/** Collapsed rows without the columns that say when, in which attempt and how often. */
const queries: Readonly<Record<string, string>> = {
  inferences: 'SELECT * EXCEPT (received) FROM {db}.inferences FINAL',
  labels: 'SELECT * EXCEPT (received) FROM {db}.labels FINAL',
  rejects: 'SELECT * EXCEPT (at) FROM {db}.rejects FINAL',
  touched: 'SELECT DISTINCT model, environment, bucket FROM {db}.touched',
  progress: 'SELECT source, partition, position, lag, watermark FROM {db}.progress FINAL',
  profiles: `SELECT * EXCEPT (generation) FROM {db}.profiles AS p WHERE (model, environment, baseline, grain, bucket, generation) IN
    (SELECT model, environment, baseline, grain, bucket, generation FROM {db}.profile_runs FINAL)`,
  profile_runs: 'SELECT * EXCEPT (generation, started, at, duplicates, reused) FROM {db}.profile_runs FINAL',
  // Reused ids count copies that are not merged away yet: a redelivery makes more of them, which is no difference.
  findings: "SELECT * EXCEPT (generation, at) FROM {db}.findings FINAL WHERE check != 'reused'",
  baselines: 'SELECT * EXCEPT (created) FROM {db}.baselines FINAL',
  baseline_subjects: `SELECT * EXCEPT (created) FROM {db}.baseline_subjects FINAL
    WHERE (model, baseline) IN (SELECT model, baseline FROM {db}.baselines)`,
  activations: 'SELECT * EXCEPT (at) FROM {db}.activations FINAL',
  transitions: 'SELECT * EXCEPT (written) FROM {db}.transitions FINAL',
  orders: 'SELECT * EXCEPT (written) FROM {db}.orders FINAL',
  callbacks: 'SELECT * FROM {db}.callbacks FINAL',
  arming: 'SELECT * EXCEPT (at) FROM {db}.arming FINAL',
  delivered: `SELECT DISTINCT message, endpoint FROM {db}.deliveries FINAL WHERE outcome = 'done'`,
  undelivered: `SELECT message, endpoint, outcome, status FROM {db}.deliveries FINAL WHERE outcome != 'done'`,
};

/** Every profile of a bucket must count the bucket's rows, once. */
const miscounted = `SELECT model, environment, bucket, baseline, rows, run, subjects, least, most, copies FROM (
    SELECT model, environment, bucket, baseline, rows AS run FROM {db}.profile_runs FINAL WHERE grain = 300
  ) AS r LEFT JOIN (
    SELECT model, environment, bucket, count() AS rows FROM {db}.inferences FINAL GROUP BY model, environment, bucket
  ) AS i USING (model, environment, bucket) LEFT JOIN (
    SELECT model, environment, baseline, bucket, count() AS subjects, uniqExact(subject) AS distinct_subjects,
      min(n) AS least, max(n) AS most, subjects - distinct_subjects AS copies
    FROM {db}.profiles WHERE grain = 300 AND version = '' AND segment = '' AND subject LIKE 'feature:%'
      AND (model, environment, baseline, bucket, generation) IN
        (SELECT model, environment, baseline, bucket, generation FROM {db}.profile_runs FINAL WHERE grain = 300)
    GROUP BY model, environment, baseline, bucket
  ) AS p USING (model, environment, bucket, baseline)
  WHERE rows != run OR least != run OR most != run OR copies != 0`;

/** Reads what a finished run has left. `now` is the run's clock. */
export async function readState(database: Database, db: string, now: number): Promise<State> {
  const read = (sql: string) => database.rows<Record<string, unknown>>(sql.replaceAll('{db}', db));
  const tables: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(queries))
    tables[name] = (await read(sql)).map(row => withoutChance(JSON.stringify(row))).sort();
  const auditor = createAuditor({
    audit: createAuditStore(database, createStoreClock(database), db),
    baselines: createBaselineStore(database, db),
    events: createRecordedEvents(),
    rawRetentionSeconds: 30 * 86_400,
  });
  return {
    tables: renumbered(tables),
    miscounted: await read(miscounted),
    audit: await auditor.run({ now, period: 'all' }),
    failedJobs: await read(`SELECT job, model, detail FROM {db}.job_runs WHERE outcome = 'failed'`),
  };
}

/** A kill while a baseline is written leaves its number unused: numbers are counted from 1 without gaps. */
export function renumbered(tables: Readonly<Record<string, readonly string[]>>): State['tables'] {
  const used = (tables['baselines'] ?? []).map(row => (JSON.parse(row) as { baseline: number }).baseline);
  const rank = (number: string) => String(used.sort((a, b) => a - b).indexOf(Number(number)) + 1);
  const dense = (text: string) =>
    text.replaceAll(/(\bbaseline(?:\\?":| ))([1-9]\d*)/g, (_, name: string, n: string) => name + rank(n));
  return Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.map(dense).sort()]));
}

/** Runs side by side listen on different ports, and sign the tokens of their orders with secrets of their own. */
function withoutChance(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT').replaceAll(/\blwc1\.[\w.-]+/g, 'TOKEN');
}

/** What differs between two states, a line each; empty when they are the same. */
export function differences(expected: State, found: State): string[] {
  return Object.keys(expected.tables).flatMap(table => {
    const [before, after] = [expected.tables[table]!, found.tables[table] ?? []];
    return [
      ...missingIn(before, after).map(row => `${table}: missing ${row}`),
      ...missingIn(after, before).map(row => `${table}: too much ${row}`),
    ];
  });
}

/** Rows of `these` that are not among `those`, each as often as it is missing. */
function missingIn(these: readonly string[], those: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of those) left.set(row, (left.get(row) ?? 0) + 1);
  return these.filter(row => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}
