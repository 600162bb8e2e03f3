import type { Database } from './database.ts';
import {
  ofBaseline,
  ofStream,
  paramsOf,
  type Stream,
  type StreamBaseline,
  startOf,
  validRuns,
} from './profile-keys.ts';
import { finalSettings, seconds } from './row-reads.ts';

type Grain = 3600 | 86400;
const below = { 3600: 300, 86400: 3600 } as const;

export interface UnseenNames {
  readonly bucket: number;
  readonly subject: string;
  readonly names: Readonly<Record<string, number>>;
}

export interface Periods {
  readonly grain: Grain;
  /** Starts of the hours or days, epoch seconds. */
  readonly buckets: readonly number[];
}

export interface UnseenQuery extends Periods {
  readonly subjects: readonly { readonly subject: string; readonly known: readonly string[] }[];
}

/** Fewest rows of a value whose name is shown, and most names of a period and subject. */
const fewestRows = 5;
const mostNames = 10;
/** Values read for a period and subject: those a baseline may know, and the unseen ones behind them. */
const mostValues = 2000;

/** Hours and days: made from the grain below, inside the store. */
export function createProfileSums(database: Database, db: string) {
  return {
    dueSums: (of: StreamBaseline, grain: Grain) => dueSums(database, db, { of, grain }),
    bucketsWithOther: (of: StreamBaseline, query: Periods & { readonly bins: ReadonlyMap<string, number> }) =>
      bucketsWithOther(database, db, { of, query }),
    unseenNames: async (stream: Stream, query: UnseenQuery) => [
      ...(await unseenFeatures(database, db, { stream, query })),
      ...(await unseenPredictions(database, db, { stream, query })),
    ],
    addUp: (
      of: StreamBaseline,
      query: Periods & { readonly generation: bigint; readonly extra: readonly UnseenNames[] },
    ) => addUp(database, db, { of, query }),
  };
}

/** Due: a part is newer than the sum, or the sum's rows are not those of its parts. */
async function dueSums(database: Database, db: string, { of, grain }: { of: StreamBaseline; grain: Grain }) {
  const latest = `argMax(rows, generation) AS rows, argMax(key_sum, generation) AS key_sum, max(generation) AS newest`;
  const runs = (g: number) =>
    `SELECT bucket, ${latest} FROM (SELECT bucket, rows, key_sum, generation FROM ${db}.profile_runs
       WHERE ${ofBaseline} AND grain = ${g}) AS run GROUP BY bucket`;
  const rows = await database.rows<{ start: number }>(
    `SELECT p.start AS start FROM (
       SELECT toUInt32(${startOf(grain)}) AS start, sum(rows) AS rows, sum(key_sum) AS key_sum, max(newest) AS newest
       FROM (${runs(below[grain])}) AS part GROUP BY start
     ) AS p LEFT JOIN (SELECT toUnixTimestamp(bucket) AS start, rows, key_sum, newest FROM (${runs(grain)}) AS whole) AS s
       ON p.start = s.start
     WHERE p.newest > s.newest OR p.rows != s.rows OR p.key_sum != s.key_sum
     ORDER BY start`,
    paramsOf(of),
  );
  return rows.map(row => row.start);
}

/** Valid profiles of the grain below, of the periods asked for. */
function parts(db: string, { grain, buckets }: Periods): string {
  const part = below[grain];
  return `${db}.profiles AS p INNER JOIN (${validRuns(db, part)}) AS r ON p.bucket = r.bucket AND p.generation = r.generation
    WHERE ${ofBaseline} AND grain = ${part} AND ${within('p.bucket', { grain, buckets })}`;
}

function within(column: string, { grain, buckets }: Periods): string {
  const low = buckets.reduce((a, b) => Math.min(a, b), Infinity);
  const high = buckets.reduce((a, b) => Math.max(a, b), 0);
  return `${column} >= ${seconds(low)} AND ${column} < ${seconds(high + grain)}
    AND intDiv(toUnixTimestamp(${column}), ${grain}) * ${grain} IN (${buckets.map(seconds).join(', ')})`;
}

async function bucketsWithOther(
  database: Database,
  db: string,
  { of, query }: { of: StreamBaseline; query: Periods & { readonly bins: ReadonlyMap<string, number> } },
) {
  const rows = await database.rows<{ start: number; subject: string }>(
    `SELECT DISTINCT toUInt32(intDiv(toUnixTimestamp(p.bucket), ${query.grain}) * ${query.grain}) AS start, p.subject AS subject
     FROM ${parts(db, query)} AND p.version = '' AND p.segment = ''
       AND has(p.bins, transform(p.subject, {subjects:Array(String)}, {bins:Array(Int32)}, toInt32(-1)))
     ORDER BY start, subject`,
    { ...paramsOf(of), subjects: [...query.bins.keys()], bins: [...query.bins.values()] },
  );
  return rows.map(row => ({ bucket: row.start, subject: row.subject }));
}

interface UnseenWork {
  readonly stream: Stream;
  readonly query: UnseenQuery;
}

async function unseenFeatures(
  database: Database,
  db: string,
  { stream, query }: UnseenWork,
): Promise<UnseenNames[]> {
  const prefix = 'feature:';
  const features = query.subjects.filter(({ subject }) => subject.startsWith(prefix));
  if (features.length === 0) return [];
  const rows = await database.rows<ValueRow>(
    `SELECT start, name, value, count() AS rows
     FROM (SELECT ${startOf(query.grain)} AS start, cat FROM ${db}.inferences FINAL
       WHERE ${ofStream} AND ${within('bucket', query)})
     ARRAY JOIN mapKeys(cat) AS name, mapValues(cat) AS value
     WHERE has({names:Array(String)}, name)
     GROUP BY start, name, value HAVING rows >= ${fewestRows}
     ORDER BY rows DESC, value LIMIT ${mostValues} BY start, name ${finalSettings}`,
    { ...paramsOf(stream), names: features.map(({ subject }) => subject.slice(prefix.length)) },
  );
  return namesOf(
    rows.map(row => ({ ...row, name: prefix + row.name })),
    features,
  );
}

async function unseenPredictions(
  database: Database,
  db: string,
  { stream, query }: UnseenWork,
): Promise<UnseenNames[]> {
  const subjects = query.subjects.filter(({ subject }) => subject === 'prediction');
  if (subjects.length === 0) return [];
  const rows = await database.rows<ValueRow>(
    `SELECT ${startOf(query.grain)} AS start, 'prediction' AS name, predicted AS value, count() AS rows
     FROM ${db}.inferences FINAL WHERE ${ofStream} AND ${within('bucket', query)} AND predicted != ''
     GROUP BY start, value HAVING rows >= ${fewestRows}
     ORDER BY rows DESC, value LIMIT ${mostValues} BY start ${finalSettings}`,
    paramsOf(stream),
  );
  return namesOf(rows, subjects);
}

interface ValueRow {
  readonly start: string;
  readonly name: string;
  readonly value: string;
  readonly rows: string;
}

/** Rows come with the commonest first. */
function namesOf(rows: readonly ValueRow[], subjects: UnseenQuery['subjects']): UnseenNames[] {
  const known = new Map(subjects.map(({ subject, known: names }) => [subject, new Set(names)]));
  const found = new Map<string, { bucket: number; subject: string; names: Record<string, number> }>();
  for (const { start, name, value, rows: count } of rows) {
    if (known.get(name)?.has(value) !== false) continue;
    const key = `${start} ${name}`;
    const entry = found.get(key) ?? { bucket: Number(start), subject: name, names: {} };
    found.set(key, entry);
    if (Object.keys(entry.names).length < mostNames) entry.names[value] = Number(count);
  }
  return [...found.values()];
}

interface AddUpWork {
  readonly of: StreamBaseline;
  readonly query: Periods & { readonly generation: bigint; readonly extra: readonly UnseenNames[] };
}

/** The runs are summed before the profiles are, so a part recorded in between shows as a difference and is due. */
async function addUp(database: Database, db: string, { of, query }: AddUpWork) {
  const part = below[query.grain];
  const sums = await database.rows<Record<'start' | 'rows' | 'keys' | 'duplicates' | 'reused', string>>(
    `SELECT ${startOf(query.grain)} AS start, sum(rows) AS rows, sum(key_sum) AS keys,
       sum(duplicates) AS duplicates, sum(reused) AS reused
     FROM ${db}.profile_runs FINAL WHERE ${ofBaseline} AND grain = ${part} AND ${within('bucket', query)}
     GROUP BY start ORDER BY start`,
    paramsOf(of),
  );
  await database.command(
    `INSERT INTO ${db}.profiles (model, environment, baseline, grain, bucket, generation, version, segment, subject,
       n, n_missing, n_nan, n_mismatch, sum, sum2, bins, counts, tail_sums, extra)
     SELECT {model:String}, {environment:String}, {baseline:UInt32}, ${query.grain}, toDateTime(s.start, 'UTC'), {generation:UInt64},
       s.version, s.segment, s.subject, s.n, s.n_missing, s.n_nan, s.n_mismatch, s.sum, s.sum2, s.cells.1, s.cells.2, s.tails.3,
       ${query.extra.length > 0 ? "if(s.version = '' AND s.segment = '', e.extra, CAST(map(), 'Map(String, UInt32)'))" : "CAST(map(), 'Map(String, UInt32)')"}
     FROM (
       SELECT toUInt32(intDiv(toUnixTimestamp(p.bucket), ${query.grain}) * ${query.grain}) AS start,
         p.version AS version, p.segment AS segment, p.subject AS subject, sum(p.n) AS n, sum(p.n_missing) AS n_missing,
         sum(p.n_nan) AS n_nan, sum(p.n_mismatch) AS n_mismatch, sum(p.sum) AS sum, sum(p.sum2) AS sum2,
         sumMap(p.bins, p.counts) AS cells, ${tailMap} AS tails
       FROM ${parts(db, query)} GROUP BY start, version, segment, subject
     ) AS s ${query.extra.length > 0 ? extraJoin : ''}`,
    { ...paramsOf(of), generation: query.generation.toString(), ...extraParams(query.extra) },
  );
  return sums.map(sum => ({
    bucket: Number(sum.start),
    rows: Number(sum.rows),
    keySum: sum.keys,
    duplicates: Number(sum.duplicates),
    reused: Number(sum.reused),
  }));
}

/**
 * Sub-bins, which are the last of the bins, with their counts and the sums of their values. The counts are there because
 * a key is dropped when all that belongs to it adds up to zero, as sums alone may.
 */
const tailMap = (() => {
  const last = (column: string) => `arraySlice(${column}, length(p.bins) - length(p.tail_sums) + 1)`;
  return `sumMap(${last('p.bins')}, ${last('p.counts')}, p.tail_sums)`;
})();

const extraJoin = `LEFT JOIN (
  SELECT start, subject, CAST((groupArray(name), groupArray(amount)), 'Map(String, UInt32)') AS extra
  FROM (SELECT 1) ARRAY JOIN {starts:Array(UInt32)} AS start, {subjects:Array(String)} AS subject,
    {names:Array(String)} AS name, {amounts:Array(UInt32)} AS amount
  GROUP BY start, subject
) AS e ON s.start = e.start AND s.subject = e.subject`;

function extraParams(extra: readonly UnseenNames[]) {
  if (extra.length === 0) return {};
  const flat = extra.flatMap(({ bucket, subject, names }) =>
    Object.entries(names).map(([name, amount]) => ({ bucket, subject, name, amount })),
  );
  return {
    starts: flat.map(entry => entry.bucket),
    subjects: flat.map(entry => entry.subject),
    names: flat.map(entry => entry.name),
    amounts: flat.map(entry => entry.amount),
  };
}
