import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { retry } from '../lib/retry.ts';
import type { Database, FileFormat } from './database.ts';
import { boundTo, type ExportRequest, inRequest, inSlice, joined, slicesOf } from './export.ts';
import { toStoreError } from './failures.ts';
import { createParquetJoiner } from './parquet/joiner.ts';
import type { Slice } from './slices.ts';
import { type TableColumn, type TableContent, tableColumns } from './table-columns.ts';

export type TableRequest = Omit<ExportRequest, 'limit'>;

/** Rows as one table, with a column for each feature, however many rows there are. */
export interface TableExport {
  /**
   * The bytes of the file, piece by piece. A piece is read when it is asked for, so memory is bounded by one slice, and
   * whoever stops asking stops the reading.
   *
   * @throws LeewayError LW_REQUEST_INVALID for more columns than a table takes
   */
  read(request: TableRequest, format: FileFormat): AsyncGenerator<Uint8Array>;
}

export interface TableExportDeps {
  readonly database: Database;
  readonly db: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Most rows of a slice; 100,000 unless told. */
  readonly sliceRows?: number;
}

/** Columns of a table; the text of a statement with more would not be taken. */
const mostColumns = 2000;
/** Rows whose names are looked through in one statement. */
const surveyRows = 2_000_000;
/** Rows of a slice: so many, or fewer where they are large. */
const usualSliceRows = 100_000;
const sliceBytes = 64 * 1024 * 1024;
/** A store that is away for a moment does not end an export of minutes. */
const attempts = 5;
const backoff = { first: 200, most: 5000 };

const settings =
  "SETTINGS output_format_parquet_compression_method = 'snappy', format_csv_null_representation = '', date_time_output_format = 'iso'";

export function createTableExport(deps: TableExportDeps): TableExport {
  const { database, db } = deps;
  const patient = createPatient(deps);
  return {
    read: async function* (request, format) {
      const found = await survey(deps, request, patient);
      const columns = tableColumns(found.content);
      if (columns.length > mostColumns)
        throw new LeewayError(
          'LW_REQUEST_INVALID',
          `These rows have ${columns.length} columns, a table at most ${mostColumns}: ask for format=ndjson.`,
        );
      const most = Math.min(deps.sliceRows ?? usualSliceRows, Math.ceil(sliceBytes / found.rowBytes));
      const { num, cat, scores, segment } = found.content;
      const sql = sliceSql(db, columns, request.labelledOnly);
      const readSlice = (slice: Slice) =>
        patient(() =>
          database.formatted(sql, format, { ...boundTo(request), ...slice, num, cat, scores, segment }),
        );
      const slices = await patient(() => slicesOf(deps, request, most));
      // Without any row there is still a table: its columns.
      if (slices.length === 0) slices.push(nothing);
      const write = format === 'CSV' ? csv(columns) : parquet(columns);
      for (const slice of slices) yield* write.piece(await readSlice(slice));
      yield* write.end();
    },
  };
}

type Patient = <T>(work: () => Promise<T>) => Promise<T>;

function createPatient({ clock, random }: TableExportDeps): Patient {
  return work => {
    let left = attempts;
    const retriable = (error: unknown) => toStoreError(error).failure === 'retry' && --left > 0;
    return retry({ clock, random, backoff, retriable }, work);
  };
}

const nothing: Slice = { from: 0, to: 0, low: 'F'.repeat(32), high: '0'.repeat(32) };

/** How the pieces of a format become one file. */
interface FileWriter {
  piece(bytes: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

function csv(columns: readonly TableColumn[]): FileWriter {
  const names = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(',');
  let head: Uint8Array[] = [Buffer.from(`${names}\n`)];
  return {
    piece: bytes => {
      const parts = [...head, bytes];
      head = [];
      return parts;
    },
    end: () => [],
  };
}

function parquet(columns: readonly TableColumn[]): FileWriter {
  const joiner = createParquetJoiner(columns.map(({ name }) => name));
  return { piece: joiner.add, end: joiner.end };
}

function sliceSql(db: string, columns: readonly TableColumn[], labelledOnly: boolean): string {
  const read =
    'id, key, bucket, version, environment, time, num, cat, prediction, predicted, scores, status, error, segment';
  const names = ['num', 'cat', 'scores', 'segment'].map(map => `{${map}:Array(String)} AS names_${map}`);
  return `WITH ${names.join(', ')}
    SELECT ${columns.map(({ sql }, i) => `${sql} AS c${i}`).join(', ')}
    FROM ${joined(db, read, inSlice(db))} ${labelledOnly ? "WHERE l.id != ''" : ''}
    ORDER BY i.bucket, i.key, i.version, i.time ${settings}`;
}

const maps = ['num', 'cat', 'scores', 'segment'] as const;

type SurveyRow = Readonly<Record<(typeof maps)[number], readonly string[]>> & {
  readonly texts: number;
  /** Mean size of a row; null without rows. */
  readonly bytes: number | null;
};

/** Looks through all rows once, for the names in them and how large they are. Copies count too, which is harmless. */
async function survey(
  deps: TableExportDeps,
  request: TableRequest,
  patient: Patient,
): Promise<{ readonly content: TableContent; readonly rowBytes: number }> {
  const { database, db } = deps;
  const names = maps.map(map => `groupUniqArrayArray(${mostColumns + 1})(mapKeys(i.${map})) AS ${map}`);
  const sql = `SELECT ${names.join(', ')}, max(i.predicted != '') AS texts,
      avg(byteSize(i.id, i.num, i.cat, i.scores, i.segment)) AS bytes
    FROM ${db}.inferences AS i WHERE ${inRequest} ${inSlice(db)}`;
  const rows: SurveyRow[] = [];
  for (const slice of await patient(() => slicesOf(deps, request, surveyRows)))
    rows.push(...(await patient(() => database.rows<SurveyRow>(sql, { ...boundTo(request), ...slice }))));
  const [labels] = await patient(() =>
    database.rows<{ texts: number }>(
      `SELECT max(labelled != '') AS texts FROM ${db}.labels WHERE model = {model:String}`,
      { model: request.model },
    ),
  );
  const all = (map: (typeof maps)[number]) => [...new Set(rows.flatMap(row => row[map]))].sort();
  return {
    content: {
      num: all('num'),
      cat: all('cat'),
      scores: all('scores'),
      segment: all('segment'),
      textPrediction: rows.some(row => Number(row.texts) === 1),
      textLabel: Number(labels?.texts ?? 0) === 1,
    },
    rowBytes: Math.max(64, ...rows.map(row => row.bytes ?? 0)),
  };
}
