import type { Activation, Baseline, BaselineOrigin, BaselineSubject } from '../domain/baseline.ts';
import type { Database } from './database.ts';
import { type ProfileColumns, profileColumns, profileOf } from './profile-columns.ts';
import { ofStream, paramsOf, type Stream } from './profile-keys.ts';
import { finalSettings, readLabelledRows, seconds } from './row-reads.ts';

type Header = Omit<Baseline, 'subjects'>;

export interface SampleQuery {
  /** Epoch seconds, multiples of a bucket. */
  readonly from: number;
  readonly to: number;
  /** '' is every version. */
  readonly version: string;
}

/** Baselines, their subjects and activations, and the rows they are learnt from. */
export function createBaselineStore(database: Database, db: string = 'leeway') {
  return {
    list: (model: string) => listBaselines(database, db, model),
    read: async (model: string, baseline: number): Promise<Baseline | null> => {
      const header = (await listBaselines(database, db, model)).find(known => known.baseline === baseline);
      return header === undefined
        ? null
        : { ...header, subjects: await readSubjects(database, db, { model, baseline }) };
    },
    lastNumber: async (model: string): Promise<number> => {
      const number = (table: string) =>
        `SELECT max(baseline) AS number FROM ${db}.${table} WHERE model = {model:String}`;
      const rows = await database.rows<{ last: number }>(
        `SELECT max(number) AS last FROM (${number('baselines')} UNION ALL ${number('baseline_subjects')})`,
        { model },
      );
      return rows[0]?.last ?? 0;
    },
    write: (baseline: Baseline) => writeBaseline(database, db, baseline),
    activations: (model: string) => readActivations(database, db, model),
    activate: ({ model, version, baseline, from, at, by }: Activation) =>
      database.insertRows(`${db}.activations`, [
        { model, version, baseline, from: Math.floor(from), at: Math.floor(at), by },
      ]),
    hours: (stream: Stream, until: number) => readHours(database, db, { stream, until }),
    countRows: async (stream: Stream, query: SampleQuery): Promise<number> => {
      const rows = await database.rows<{ rows: string }>(
        `SELECT count() AS rows FROM ${db}.inferences FINAL WHERE ${ofStream} AND ${inPeriod(query)} ${finalSettings}`,
        { ...paramsOf(stream), version: query.version },
      );
      return Number(rows[0]?.rows ?? 0);
    },
    readSample: (stream: Stream, query: SampleQuery & { readonly slice: number; readonly slices: number }) =>
      readLabelledRows(database, db, {
        model: stream.model,
        environment: stream.environment,
        where: inPeriod(query),
        params: { version: query.version },
        slice: query.slice,
        slices: query.slices,
      }),
  };
}

function inPeriod({ from, to, version }: SampleQuery): string {
  const period = `bucket >= ${seconds(from)} AND bucket < ${seconds(to)}`;
  return version === '' ? period : `${period} AND version = {version:String}`;
}

async function listBaselines(database: Database, db: string, model: string): Promise<Header[]> {
  const rows = await database.rows<
    Record<'number' | 'origin' | 'made' | 'total' | 'begins' | 'ends' | 'text', string>
  >(
    `SELECT baseline AS number, origin, toUnixTimestamp64Milli(created) AS made, rows AS total,
       toUnixTimestamp64Milli("from") AS begins, toUnixTimestamp64Milli("to") AS ends, note AS text
     FROM ${db}.baselines FINAL WHERE model = {model:String} ORDER BY number`,
    { model },
  );
  return rows.map(row => ({
    model,
    baseline: Number(row.number),
    origin: row.origin as BaselineOrigin,
    created: Number(row.made),
    rows: Number(row.total),
    from: Number(row.begins),
    to: Number(row.ends),
    note: row.text,
  }));
}

interface StoredSubject extends ProfileColumns {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  readonly aside: string;
  readonly edges: number[];
  readonly categories: string[];
  readonly centres: number[];
  readonly noise: string;
}

async function readSubjects(
  database: Database,
  db: string,
  { model, baseline }: { model: string; baseline: number },
): Promise<BaselineSubject[]> {
  const rows = await database.rows<StoredSubject>(
    `SELECT subject, kind, aside, edges, categories, centres, ${profileColumns}, noise
     FROM ${db}.baseline_subjects FINAL WHERE model = {model:String} AND baseline = {baseline:UInt32} ORDER BY subject`,
    { model, baseline },
  );
  return rows.map(row => ({
    binning: {
      subject: row.subject,
      kind: row.kind,
      edges: row.edges,
      categories: row.categories,
      centres: row.centres,
    },
    reference: profileOf(row),
    noise: row.noise,
    aside: row.aside,
  }));
}

/** Subjects first; the row in `baselines` is the commit record. */
async function writeBaseline(database: Database, db: string, baseline: Baseline): Promise<void> {
  const { model, baseline: number, subjects } = baseline;
  const rows = subjects.map(({ binning, reference, noise, aside }) => ({
    model,
    baseline: number,
    subject: binning.subject,
    kind: binning.kind,
    aside,
    edges: binning.edges,
    categories: binning.categories,
    centres: binning.centres,
    n: reference.n,
    n_missing: reference.nMissing,
    n_nan: reference.nNan,
    n_mismatch: reference.nMismatch,
    sum: reference.sum,
    sum2: reference.sum2,
    bins: reference.bins,
    counts: reference.counts,
    tail_sums: reference.tailSums,
    noise,
  }));
  await database.insertRows(`${db}.baseline_subjects`, rows);
  await database.insertRows(`${db}.baselines`, [
    {
      model,
      baseline: number,
      origin: baseline.origin,
      created: Math.floor(baseline.created),
      rows: baseline.rows,
      from: Math.floor(baseline.from),
      to: Math.floor(baseline.to),
      note: baseline.note,
    },
  ]);
}

async function readActivations(database: Database, db: string, model: string): Promise<Activation[]> {
  const rows = await database.rows<Record<'version' | 'number' | 'begins' | 'made' | 'who', string>>(
    `SELECT version, baseline AS number, toUnixTimestamp64Milli("from") AS begins, toUnixTimestamp64Milli(at) AS made, "by" AS who
     FROM ${db}.activations FINAL WHERE model = {model:String} ORDER BY begins, made`,
    { model },
  );
  return rows.map(row => ({
    model,
    version: row.version,
    baseline: Number(row.number),
    from: Number(row.begins),
    at: Number(row.made),
    by: row.who,
  }));
}

async function readHours(
  database: Database,
  db: string,
  { stream, until }: { stream: Stream; until: number },
) {
  const rows = await database.rows<Record<'start' | 'rows' | 'earliest' | 'latest', string>>(
    `SELECT intDiv(toUnixTimestamp(bucket), 3600) * 3600 AS start, count() AS rows,
       toUnixTimestamp64Milli(min(time)) AS earliest, toUnixTimestamp64Milli(max(time)) AS latest
     FROM ${db}.inferences FINAL WHERE ${ofStream} AND bucket <= ${seconds(Math.max(0, Math.floor(until / 1000)))}
     GROUP BY start ORDER BY start ${finalSettings}`,
    paramsOf(stream),
  );
  return {
    hours: rows.map(row => ({ hour: Number(row.start), rows: Number(row.rows) })),
    first: Number(rows[0]?.earliest ?? 0),
    last: rows.reduce((latest, row) => Math.max(latest, Number(row.latest)), 0),
  };
}
