import type { Database } from './database.ts';
import { planSlices, type Slice } from './slices.ts';

/** Which rows to export. Times are epoch milliseconds, half-open. */
export interface ExportRequest {
  readonly model: string;
  readonly environment: string;
  readonly from: number;
  readonly to: number;
  /** Left out: every version. */
  readonly version?: string;
  /** Only rows whose truth is known. */
  readonly labelledOnly: boolean;
  /** Most rows given. */
  readonly limit: number;
}

/** Rows and labels of one version, and how often it was right. */
export interface LabelledCount {
  readonly version: string;
  readonly rows: number;
  readonly labelled: number;
  /** Rows whose predicted class is the label. */
  readonly correct: number;
  /** Mean of |prediction - label| over rows where both are numbers; NaN where there are none. */
  readonly meanAbsoluteError: number;
}

export interface ExportReader {
  /**
   * Rows in payload version 1 with their label, in order of bucket, copies collapsed. A number that JSON cannot hold is
   * null. Read page by page, so that memory stays bounded however much is asked for.
   */
  exportRows(request: ExportRequest): AsyncIterable<object>;
  /** Per version, by name. */
  labelledCounts(
    request: Pick<ExportRequest, 'model' | 'environment' | 'from' | 'to'>,
  ): Promise<LabelledCount[]>;
}

/** Rows read at once. */
const pageRows = 10_000;

const inRange = `model = {model:String} AND environment = {environment:String}
  AND bucket >= toDateTime({from:Int64}) AND bucket <= toDateTime({to:Int64})
  AND ({version:String} = '' OR version = {version:String} OR {anyVersion:UInt8} = 1)`;

/** Condition of the rows of a request, with the parameters of `boundTo` and of a slice. */
export const inRequest = `${inRange} AND time >= fromUnixTimestamp64Milli({fromMs:Int64})
  AND time < fromUnixTimestamp64Milli({toMs:Int64})`;

type RowRange = Omit<ExportRequest, 'labelledOnly' | 'limit'>;

/** Parameters of the statements below. */
export function boundTo(request: RowRange) {
  return {
    model: request.model,
    environment: request.environment,
    version: request.version ?? '',
    anyVersion: request.version === undefined ? 1 : 0,
    fromMs: Math.round(request.from),
    toMs: Math.round(request.to),
  };
}

function seconds(request: { readonly from: number; readonly to: number }) {
  return {
    from: Math.min(2 ** 32 - 1, Math.max(0, Math.floor(request.from / 300_000) * 300)),
    to: Math.min(2 ** 32 - 1, Math.max(0, Math.ceil(request.to / 1000))),
  };
}

/** What is read in one statement each, in order, for about `mostRows` rows at once. */
export async function slicesOf(
  { database, db }: { readonly database: Database; readonly db: string },
  request: RowRange,
  mostRows: number,
): Promise<Slice[]> {
  const buckets = await database.rows<{ bucket: number; n: string }>(
    `SELECT toUnixTimestamp(bucket) AS bucket, count() AS n FROM ${db}.inferences AS i
     WHERE ${inRange.replaceAll('bucket ', 'i.bucket ')} GROUP BY i.bucket ORDER BY i.bucket`,
    { ...boundTo(request), ...seconds(request) },
  );
  return planSlices(
    buckets.map(({ bucket, n }) => ({ bucket: Number(bucket), rows: Number(n) })),
    mostRows,
  );
}

export function createExportReader({ database, db }: { database: Database; db: string }): ExportReader {
  return {
    exportRows: async function* (request) {
      let left = request.limit;
      for (const slice of await slicesOf({ database, db }, request, pageRows)) {
        if (left <= 0) return;
        const rows = await database.rows<StoredRow>(pageSql(db, request.labelledOnly), {
          ...boundTo(request),
          ...slice,
          limit: left,
        });
        for (const row of rows) yield toPayload(request.model, row);
        left -= rows.length;
      }
    },
    labelledCounts: async request => {
      const rows = await database.rows<
        Record<'version' | 'n' | 'labelled' | 'correct', string> & { mae: number | null }
      >(
        `SELECT version, count() AS n, countIf(l.id != '') AS labelled,
           countIf(l.labelled != '' AND l.labelled = i.predicted) AS correct,
           avgIf(abs(i.prediction - l.label), l.id != '' AND NOT isNaN(i.prediction) AND NOT isNaN(l.label)) AS mae
         FROM ${joined(db, 'id, key, version, predicted, prediction', '')} GROUP BY version ORDER BY version`,
        { ...boundTo(request), ...seconds(request) },
      );
      return rows.map(row => ({
        version: row.version,
        rows: Number(row.n),
        labelled: Number(row.labelled),
        correct: Number(row.correct),
        meanAbsoluteError: row.mae ?? Number.NaN,
      }));
    },
  };
}

/** Condition of a slice; what is erased is left out from the moment it is known to be. */
export function inSlice(db: string): string {
  const erased = `(SELECT key FROM ${db}.erasures WHERE model = {model:String})`;
  return `AND key >= toFixedString(unhex({low:String}), 16) AND key <= toFixedString(unhex({high:String}), 16)
    AND key NOT IN ${erased} AND (position(id, '#') = 0 OR MD5(replaceRegexpOne(id, '#[0-9]+$', '')) NOT IN ${erased})`;
}

/** Inferences with their label; both collapsed, and only the labels of these rows are read. */
export function joined(db: string, columns: string, more: string): string {
  const where = `${inRequest} ${more}`;
  return `(SELECT ${columns} FROM ${db}.inferences FINAL WHERE ${where}) AS i
    LEFT JOIN (SELECT key, id, label, labelled, time FROM ${db}.labels FINAL
      WHERE model = {model:String} AND key IN (SELECT key FROM ${db}.inferences WHERE ${where})) AS l ON i.key = l.key`;
}

function pageSql(db: string, labelledOnly: boolean): string {
  const columns = `id, key, bucket, version, environment, time, num, cat, prediction, predicted, scores, latency_seconds, status, error,
    request_bytes, response_bytes, segment`;
  const source = joined(db, columns, inSlice(db));
  return `SELECT i.id AS id, toUnixTimestamp64Milli(i.time) AS time, i.version AS version, i.environment AS environment,
      i.num AS num, i.cat AS cat, i.prediction AS prediction, i.predicted AS predicted, i.scores AS scores,
      i.latency_seconds AS latency_seconds, i.status AS status, i.error AS error, i.request_bytes AS request_bytes,
      i.response_bytes AS response_bytes, i.segment AS segment,
      l.id != '' AS has_label, l.label AS label, l.labelled AS labelled
    FROM ${source} ${labelledOnly ? "WHERE l.id != ''" : ''}
    ORDER BY i.bucket, i.key, i.version, i.time LIMIT {limit:UInt64}`;
}

interface StoredRow {
  readonly id: string;
  readonly time: string;
  readonly version: string;
  readonly environment: string;
  readonly num: Readonly<Record<string, number | null>>;
  readonly cat: Readonly<Record<string, string>>;
  readonly prediction: number | null;
  readonly predicted: string;
  readonly scores: Readonly<Record<string, number | null>>;
  readonly latency_seconds: number | null;
  readonly status: number;
  readonly error: string;
  readonly request_bytes: number | null;
  readonly response_bytes: number | null;
  readonly segment: Readonly<Record<string, string>>;
  readonly has_label: number;
  readonly label: number | null;
  readonly labelled: string;
}

function toPayload(model: string, row: StoredRow): object {
  return {
    id: row.id,
    time: new Date(Number(row.time)).toISOString(),
    model,
    version: row.version,
    environment: row.environment,
    features: { ...row.num, ...row.cat },
    ...predictionOf(row),
    ...(row.has_label ? { label: row.labelled !== '' ? row.labelled : row.label } : { label: null }),
    ...(row.latency_seconds === null ? {} : { latency_ms: roundTo(row.latency_seconds * 1000, 1e6) }),
    ...(row.status === 0 ? {} : { status: row.status }),
    error: row.error === '' ? null : row.error,
    ...(row.request_bytes === null ? {} : { request_bytes: row.request_bytes }),
    ...(row.response_bytes === null ? {} : { response_bytes: row.response_bytes }),
    ...(Object.keys(row.segment).length === 0 ? {} : { segment: row.segment }),
  };
}

/** Seconds times 1000 leave a tail of binary fractions (12.399999999999999). */
function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

function predictionOf(row: StoredRow): { prediction?: unknown } {
  if (row.predicted === '') return row.prediction === null ? {} : { prediction: row.prediction };
  if (Object.keys(row.scores).length > 0)
    return { prediction: { label: row.predicted, probabilities: row.scores } };
  return { prediction: row.predicted };
}
