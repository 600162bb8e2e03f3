import type { Grain, ProfileRow, ProfileRun } from '../domain/profile.ts';
import type { Database } from './database.ts';
import { encodeBlock } from './native/writer.ts';
import { type ProfileColumns, profileOf, profileColumns as selectedColumns } from './profile-columns.ts';
import {
  ofBaseline,
  ofStream,
  paramsOf,
  type Stream,
  type StreamBaseline,
  validRuns,
} from './profile-keys.ts';
import { createProfileSums } from './profile-sums.ts';
import { bucketsIn, readLabelledRows, seconds } from './row-reads.ts';

/** Profiles, their commit records, and the rows they are made of: what src/profile/ asks for. */
export function createProfileStore(database: Database, db: string = 'leeway') {
  return {
    streams: () =>
      database.rows<Stream>(
        `SELECT DISTINCT model, environment FROM ${db}.touched ORDER BY model, environment`,
      ),
    dueBuckets: (of: StreamBaseline) => dueBuckets(database, db, of),
    lastGeneration: async (of: StreamBaseline): Promise<bigint> => {
      const rows = await database.rows<{ last: string }>(
        `SELECT max(generation) AS last FROM ${db}.profile_runs WHERE ${ofBaseline}`,
        paramsOf(of),
      );
      return BigInt(rows[0]?.last ?? 0);
    },
    countCopies: async (stream: Stream, buckets: readonly number[]): Promise<ReadonlyMap<number, number>> =>
      counted(
        await database.rows(
          `SELECT toUnixTimestamp(bucket) AS start, count() AS rows FROM ${db}.inferences
           WHERE ${ofStream} AND ${bucketsIn(buckets)} GROUP BY bucket`,
          paramsOf(stream),
        ),
      ),
    readRows: (
      stream: Stream,
      part: { readonly buckets: readonly number[]; readonly slice: number; readonly slices: number },
    ) =>
      readLabelledRows(database, db, {
        model: stream.model,
        environment: stream.environment,
        where: bucketsIn(part.buckets),
        slice: part.slice,
        slices: part.slices,
      }),
    countReused: async (stream: Stream, buckets: readonly number[]): Promise<ReadonlyMap<number, number>> =>
      counted(
        await database.rows(
          `SELECT toUnixTimestamp(bucket) AS start, count() AS rows FROM (
             SELECT bucket FROM ${db}.inferences WHERE ${ofStream} AND ${bucketsIn(buckets)}
             GROUP BY bucket, key, version, time HAVING uniqExact(content) > 1
           ) GROUP BY bucket`,
          paramsOf(stream),
        ),
      ),
    writeProfiles: (rows: readonly ProfileRow[]) => writeProfiles(database, db, rows),
    recordRuns: (runs: readonly ProfileRun[]) =>
      database.insertRows(`${db}.profile_runs`, runs.map(runColumns)),
    readValid: (of: StreamBaseline, query: ValidQuery) => readValid(database, db, { of, query }),
    readRuns: (of: StreamBaseline, grain: Grain) => readRuns(database, db, { of, grain }),
    sweep: () => sweep(database, db),
    ...createProfileSums(database, db),
  };
}

async function dueBuckets(database: Database, db: string, of: StreamBaseline) {
  const rows = await database.rows<{ start: number; recorded: number; began: string }>(
    `SELECT toUnixTimestamp(t.bucket) AS start, r.recorded AS recorded, r.began AS began
     FROM (SELECT bucket, max(at) AS marked FROM ${db}.touched WHERE ${ofStream} GROUP BY bucket) AS t
     LEFT JOIN (
       SELECT bucket, argMax(toUnixTimestamp64Milli(started), generation) AS began, toUInt8(1) AS recorded
       FROM ${db}.profile_runs WHERE ${ofBaseline} AND grain = 300 GROUP BY bucket
     ) AS r ON t.bucket = r.bucket
     WHERE r.recorded = 0 OR toUnixTimestamp64Milli(t.marked) >= r.began
     ORDER BY start`,
    paramsOf(of),
  );
  return rows.map(row => ({ bucket: row.start, started: row.recorded === 0 ? null : Number(row.began) }));
}

function counted(rows: readonly { start: number; rows: string }[]): Map<number, number> {
  return new Map(rows.map(row => [row.start, Number(row.rows)]));
}

/** Columns of `profiles` with the field each comes from. */
const profileColumns = [
  ['model', 'LowCardinality(String)', 'model'],
  ['environment', 'LowCardinality(String)', 'environment'],
  ['baseline', 'UInt32', 'baseline'],
  ['grain', 'UInt32', 'grain'],
  ['bucket', "DateTime('UTC')", 'bucket'],
  ['generation', 'UInt64', 'generation'],
  ['version', 'LowCardinality(String)', 'version'],
  ['segment', 'LowCardinality(String)', 'segment'],
  ['subject', 'LowCardinality(String)', 'subject'],
  ['n', 'UInt64', 'n'],
  ['n_missing', 'UInt64', 'nMissing'],
  ['n_nan', 'UInt64', 'nNan'],
  ['n_mismatch', 'UInt64', 'nMismatch'],
  ['sum', 'Float64', 'sum'],
  ['sum2', 'Float64', 'sum2'],
  ['bins', 'Array(UInt16)', 'bins'],
  ['counts', 'Array(UInt32)', 'counts'],
  ['tail_sums', 'Array(Float64)', 'tailSums'],
] as const;

async function writeProfiles(database: Database, db: string, rows: readonly ProfileRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = profileColumns.map(([name, type, field]) => ({
    name,
    type,
    values: rows.map(row => row[field]) as never,
  }));
  const extra = {
    name: 'extra',
    type: 'Map(String, UInt32)',
    values: {
      keys: rows.map(row => Object.keys(row.extra)),
      values: rows.map(row => Object.values(row.extra)),
    },
  };
  const names = [...profileColumns.map(([name]) => name), 'extra'];
  await database.insertNative(`${db}.profiles`, names, encodeBlock([...columns, extra], rows.length));
}

function runColumns(run: ProfileRun) {
  return {
    model: run.model,
    environment: run.environment,
    baseline: run.baseline,
    grain: run.grain,
    bucket: run.bucket,
    generation: run.generation,
    started: Math.floor(run.started),
    rows: run.rows,
    key_sum: BigInt(run.keySum),
    duplicates: run.duplicates,
    reused: run.reused,
  };
}

export interface ValidQuery {
  readonly grain: Grain;
  /** Epoch seconds, half-open. */
  readonly from: number;
  readonly to: number;
}

interface StoredProfile extends ProfileColumns {
  readonly start: number;
  readonly generation: string;
  readonly version: string;
  readonly segment: string;
  readonly subject: string;
  readonly extra: Record<string, number>;
}

async function readValid(
  database: Database,
  db: string,
  { of, query }: { of: StreamBaseline; query: ValidQuery },
): Promise<ProfileRow[]> {
  const rows = await database.rows<StoredProfile>(
    `SELECT toUnixTimestamp(p.bucket) AS start, p.generation AS generation, p.version AS version, p.segment AS segment,
       p.subject AS subject, ${selectedColumns}, extra
     FROM ${db}.profiles AS p INNER JOIN (${validRuns(db, query.grain)}) AS r
       ON p.bucket = r.bucket AND p.generation = r.generation
     WHERE ${ofBaseline} AND grain = ${seconds(query.grain)}
       AND p.bucket >= ${seconds(query.from)} AND p.bucket < ${seconds(query.to)}
     ORDER BY start, version, segment, subject`,
    paramsOf(of),
  );
  return rows.map(row => ({
    ...of,
    grain: query.grain,
    bucket: row.start,
    generation: BigInt(row.generation),
    version: row.version,
    segment: row.segment,
    subject: row.subject,
    ...profileOf(row),
    extra: row.extra,
  }));
}

async function readRuns(
  database: Database,
  db: string,
  { of, grain }: { of: StreamBaseline; grain: Grain },
): Promise<ProfileRun[]> {
  const rows = await database.rows<
    Record<'start' | 'generation' | 'began' | 'rows' | 'key_sum' | 'duplicates' | 'reused', string>
  >(
    `SELECT toUnixTimestamp(bucket) AS start, generation, toUnixTimestamp64Milli(started) AS began, rows, key_sum, duplicates, reused
     FROM ${db}.profile_runs FINAL WHERE ${ofBaseline} AND grain = ${seconds(grain)} ORDER BY bucket`,
    paramsOf(of),
  );
  return rows.map(row => ({
    ...of,
    grain,
    bucket: Number(row.start),
    generation: BigInt(row.generation),
    started: Number(row.began),
    rows: Number(row.rows),
    keySum: row.key_sum,
    duplicates: Number(row.duplicates),
    reused: Number(row.reused),
  }));
}

const runKey = 'model, environment, baseline, grain, bucket';

/** Replaced: a newer generation of the same bucket is recorded. A generation not recorded yet is left alone. */
async function sweep(database: Database, db: string): Promise<number> {
  const replaced = `FROM ${db}.profiles AS p INNER JOIN (
      SELECT ${runKey}, max(generation) AS newest FROM ${db}.profile_runs GROUP BY ${runKey}
    ) AS r USING (${runKey}) WHERE p.generation < r.newest`;
  const found = await database.rows<{ rows: string }>(`SELECT count() AS rows ${replaced}`);
  const rows = Number(found[0]?.rows ?? 0);
  if (rows > 0)
    await database.command(
      `ALTER TABLE ${db}.profiles DELETE WHERE (${runKey}, generation) IN (SELECT DISTINCT ${runKey}, p.generation ${replaced})
       SETTINGS mutations_sync = 1, allow_nondeterministic_mutations = 1`,
    );
  return rows;
}
