import type { Profile } from '../domain/profile.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import type { Database } from './database.ts';
import { type ProfileColumns, profileColumns, profileOf } from './profile-columns.ts';
import { readRepeatedIds } from './repeated-ids.ts';

export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** A stream of rows seen through the bins of one baseline. */
export interface StreamBaseline extends Stream {
  readonly baseline: number;
}

/** One subject over a period, as the page shows it. Times in epoch seconds, multiples of an hour. */
export interface DistributionQuery extends StreamBaseline {
  readonly subject: string;
  readonly start: number;
  readonly end: number;
  /** '' (all rows) unless given. */
  readonly version?: string;
}

const ofStream = 'model = {model:String} AND environment = {environment:String}';
const ofBaseline = `${ofStream} AND baseline = {baseline:UInt32}`;

/** Tiles to read, of one version ('' = all rows). */
export interface TileRequest {
  readonly tiles: readonly { readonly grain: 3600 | 86400; readonly bucket: number }[];
  readonly version: string;
}

/** Hours [from, to) to look through for fields outside `known`. */
export interface FieldRequest {
  readonly known: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Reads windows: what is profiled, profiles of hours and days, names of new fields. A profile counts when its run is recorded. */
export function createWindowReader(database: Database, db = 'leeway') {
  const tables: Tables = { database, db };
  return {
    /** Streams with the bucket of their first row, epoch seconds. */
    streams: () => readStreams(tables),
    /** Hours with rows and days with a profile, from `from` (epoch seconds) on, in order of time. */
    coverage: (of: StreamBaseline, from: number) => readCoverage(tables, of, from),
    /** Valid profiles of hours and days, in order of tile and subject. */
    tiles: (of: StreamBaseline, request: TileRequest) => readTiles(tables, of, request),
    /** Fields outside `known` that have a value in the raw rows of hours, with the rows that have them. */
    unknownFields: (stream: Stream, request: FieldRequest) => readUnknownFields(tables, stream, request),
    /** Ids seen under several event times or versions in the raw rows of a period. */
    repeatedIds: (stream: Stream, period: { readonly from: number; readonly to: number }) =>
      readRepeatedIds(database, db, { stream, period }),
    /** Profile of one subject over whole hours, and the newest generation in it (0 without any). */
    readDistribution: (query: DistributionQuery) => readDistribution(tables, query),
  };
}

interface Tables {
  readonly database: Database;
  readonly db: string;
}

async function readStreams({ database, db }: Tables) {
  const rows = await database.rows<{ model: string; environment: string; first: number }>(
    `SELECT model, environment, toUnixTimestamp(min(bucket)) AS first FROM ${db}.touched
     GROUP BY model, environment ORDER BY model, environment`,
  );
  return rows.map(row => ({ ...row, first: Number(row.first) }));
}

async function readCoverage(
  { database, db }: Tables,
  { model, environment, baseline }: StreamBaseline,
  from: number,
) {
  const params = { model, environment, baseline, from: Math.max(0, from) };
  const [hours, days] = await Promise.all([
    database.rows<HourColumns>(hoursSql(db), params),
    database.rows<{ day: number; ms: string }>(
      `SELECT toUnixTimestamp(bucket) AS day, toUnixTimestamp64Milli(started) AS ms FROM ${db}.profile_runs FINAL
       WHERE ${ofBaseline} AND grain = 86400 AND bucket >= toDateTime({from:UInt32}) ORDER BY bucket`,
      params,
    ),
  ]);
  return {
    hours: hours.map(row => ({
      hour: Number(row.hour),
      generation: BigInt(row.generation),
      started: Number(row.hour_started),
      rows: Number(row.hour_rows),
      complete: Number(row.complete) === 1,
      ...(Number(row.ever) === 1 ? { counted: Number(row.counted) } : {}),
      duplicates: Number(row.copies),
      reused: Number(row.again),
    })),
    days: days.map(row => ({ day: Number(row.day), started: Number(row.ms) })),
  };
}

async function readTiles(
  { database, db }: Tables,
  { model, environment, baseline }: StreamBaseline,
  request: TileRequest,
) {
  if (request.tiles.length === 0) return [];
  const starts = (grain: number) => request.tiles.filter(t => t.grain === grain).map(t => t.bucket);
  const rows = await database.rows<TileColumns>(tilesSql(db), {
    model,
    environment,
    baseline,
    version: request.version,
    hours: starts(3600),
    days: starts(86_400),
    from: Math.min(...request.tiles.map(t => t.bucket)),
    to: Math.max(...request.tiles.map(t => t.bucket)),
  });
  return rows.map(row => ({
    grain: row.grain,
    bucket: Number(row.at),
    subject: row.subject,
    generation: BigInt(row.generation),
    profile: profileOf(row),
  }));
}

async function readUnknownFields({ database, db }: Tables, stream: Stream, request: FieldRequest) {
  const { model, environment } = stream;
  const { known, from, to } = request;
  const rows = await database.rows<{ hour: number; field: string; rows: string }>(fieldsSql(db), {
    model,
    environment,
    known,
    from,
    to,
  });
  return rows.map(row => ({ hour: Number(row.hour), field: row.field, rows: Number(row.rows) }));
}

async function readDistribution(
  { database, db }: Tables,
  query: DistributionQuery,
): Promise<{ readonly profile: Profile; readonly generation: bigint }> {
  const { model, environment, baseline, subject, start, end, version = '' } = query;
  const rows = await database.rows<ProfileColumns & { generation: string }>(
    `SELECT generation, ${profileColumns} FROM ${db}.profiles
     WHERE ${ofBaseline} AND grain = 3600 AND ${inPeriod} AND version = {version:String} AND segment = ''
       AND subject = {subject:String}
       AND (bucket, generation) IN (SELECT bucket, generation FROM ${db}.profile_runs FINAL
         WHERE ${ofBaseline} AND grain = 3600 AND ${inPeriod})
     ORDER BY bucket`,
    { model, environment, baseline, version, subject, start, end },
  );
  const generations = rows.map(row => BigInt(row.generation));
  return {
    profile: rows.reduce<Profile>((sum, row) => addProfiles(sum, profileOf(row)), emptyProfile),
    generation: generations.reduce((most, g) => (g > most ? g : most), 0n),
  };
}

interface TileColumns extends ProfileColumns {
  readonly grain: 3600 | 86400;
  readonly at: number;
  readonly subject: string;
  readonly generation: string;
}

const inPeriod = 'bucket >= toDateTime({start:UInt32}) AND bucket < toDateTime({end:UInt32})';

interface HourColumns {
  readonly hour: number;
  readonly generation: string;
  readonly hour_started: string;
  readonly hour_rows: string;
  readonly complete: number;
  /** Whether the hour has a profile under any baseline, and the rows of the newest. */
  readonly ever: number;
  readonly counted: string;
  readonly copies: string;
  readonly again: string;
}

/**
 * An hour is complete when each bucket with rows was profiled, and the hour added up no earlier than the last of them. What
 * was counted is known under any baseline: of several profiles the newest says.
 */
function hoursSql(db: string): string {
  const none = 'toUInt64(0)';
  return `
    SELECT toUnixTimestamp(h) AS hour, max(generation_3600) AS generation,
      max(started_3600) AS hour_started, max(rows_3600) AS hour_rows,
      max(duplicates_3600) AS copies, max(reused_3600) AS again, max(rows_any) AS counted, max(any) AS ever,
      generation > 0 AND max(profiled) >= max(buckets) AND hour_started >= max(started_300) AS complete
    FROM (
      SELECT toStartOfHour(bucket) AS h, uniqExact(bucket) AS buckets, ${none} AS profiled,
        ${none} AS generation_3600, toInt64(0) AS started_3600, toInt64(0) AS started_300, ${none} AS rows_3600,
        ${none} AS duplicates_3600, ${none} AS reused_3600, ${none} AS rows_any, toUInt8(0) AS any
      FROM ${db}.touched WHERE ${ofStream} AND bucket >= toDateTime({from:UInt32}) GROUP BY h
      UNION ALL
      SELECT toStartOfHour(bucket) AS h, ${none}, countIf(grain = 300),
        maxIf(generation, grain = 3600), maxIf(toUnixTimestamp64Milli(started), grain = 3600),
        maxIf(toUnixTimestamp64Milli(started), grain = 300), maxIf(rows, grain = 3600),
        maxIf(duplicates, grain = 3600), maxIf(reused, grain = 3600), ${none}, toUInt8(0)
      FROM ${db}.profile_runs FINAL
      WHERE ${ofBaseline} AND grain IN (300, 3600) AND bucket >= toDateTime({from:UInt32}) GROUP BY h
      UNION ALL
      SELECT bucket AS h, ${none}, ${none}, ${none}, toInt64(0), toInt64(0), ${none}, ${none}, ${none},
        argMax(rows, generation), toUInt8(1)
      FROM ${db}.profile_runs
      WHERE ${ofStream} AND grain = 3600 AND bucket >= toDateTime({from:UInt32}) GROUP BY h
    ) GROUP BY h HAVING max(buckets) + max(profiled) + generation > 0 ORDER BY h`;
}

function tilesSql(db: string): string {
  const wanted =
    '(grain = 3600 AND has({hours:Array(UInt32)}, toUnixTimestamp(bucket)) OR grain = 86400 AND has({days:Array(UInt32)}, toUnixTimestamp(bucket)))';
  const range =
    'grain IN (3600, 86400) AND bucket >= toDateTime({from:UInt32}) AND bucket <= toDateTime({to:UInt32})';
  return `
    SELECT grain, toUnixTimestamp(bucket) AS at, subject, generation, ${profileColumns} FROM ${db}.profiles
    WHERE ${ofBaseline} AND ${range} AND version = {version:String} AND segment = ''
      AND (grain, bucket, generation) IN (SELECT grain, bucket, generation FROM ${db}.profile_runs FINAL
        WHERE ${ofBaseline} AND ${range} AND ${wanted})
    ORDER BY grain, profiles.bucket, subject`;
}

function fieldsSql(db: string): string {
  return `
    SELECT toUnixTimestamp(toStartOfHour(bucket)) AS hour, field, count() AS rows
    FROM ${db}.inferences FINAL
    ARRAY JOIN arrayFilter(x -> NOT has({known:Array(String)}, x), arrayConcat(mapKeys(num), mapKeys(cat))) AS field
    WHERE ${ofStream} AND bucket >= toDateTime({from:UInt32}) AND bucket < toDateTime({to:UInt32})
    GROUP BY hour, field ORDER BY hour, field`;
}
