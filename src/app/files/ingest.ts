import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type FileRow, openRowFile, type RowFile, type TableReader } from '../../source/file-open.ts';
import type { InputFile } from './inputs.ts';
import { bodyOf, checkColumns, type LayoutOptions, textColumns } from './layout.ts';
import type { FileBatch, FileDesk, FileRules } from './ports.ts';
import { sendBatch } from './send.ts';
import { addAnswer, createTally, type RowPlace, type Tally } from './tally.ts';

export interface IngestRequest extends FileRules, LayoutOptions {
  /** Rows without a time are taken as of now. */
  readonly now: boolean;
  /** Columns that are text whatever they look like. */
  readonly text: readonly string[];
  /** Reads files again that an earlier run has read to their end. */
  readonly again: boolean;
}

export interface IngestDeps {
  readonly desk: FileDesk;
  readonly tables: () => Promise<TableReader>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted: the batch in hand is finished, and the rest left for the next run. */
  readonly stop: AbortSignal;
  /** Rows of one batch; 5,000 unless given. */
  readonly batchRows?: number;
  readonly progress: (step: IngestProgress) => void;
  readonly say: (line: string) => void;
}

export interface IngestProgress {
  readonly file: string;
  readonly done: number;
  readonly of: number;
  readonly perSecond: number;
  /** What it waits for, '' when it does not. */
  readonly waiting: string;
}

/** What became of one file. */
export interface FileResult {
  readonly file: string;
  readonly rows: number;
  /** Rows that an earlier run had dealt with. */
  readonly before: number;
  readonly outcome: 'done' | 'known' | 'stopped' | 'all-refused';
}

export interface IngestResult {
  readonly files: readonly FileResult[];
  readonly tally: Tally;
  readonly seconds: number;
}

/** Rows and bytes of one batch. */
export const usualRows = 5000;
const batchBytes = 2 * 1024 * 1024;

/** Reads the files one after the other and hands their rows to the desk. */
export async function ingestFiles(
  deps: IngestDeps,
  inputs: readonly InputFile[],
  request: IngestRequest,
): Promise<IngestResult> {
  const began = deps.clock.now();
  const tally = createTally();
  const files: FileResult[] = [];
  for (const input of inputs) {
    if (deps.stop.aborted) break;
    files.push(await named(input, () => ingestFile(deps, { input, request, tally })));
    if (files.at(-1)!.outcome === 'all-refused') break;
  }
  return { files, tally, seconds: (deps.clock.now() - began) / 1000 };
}

/** People know the file by the name they gave, not by the link it is read through. */
export async function named<T>({ path, shown }: InputFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LeewayError) || error.code !== 'LW_FILE_INVALID') throw error;
    throw new LeewayError('LW_FILE_INVALID', error.message.replaceAll(path, shown), error);
  }
}

interface Work {
  readonly input: InputFile;
  readonly request: IngestRequest;
  readonly tally: Tally;
}

async function ingestFile(deps: IngestDeps, work: Work): Promise<FileResult> {
  const { input, request, tally } = work;
  const { shown } = input;
  deps.progress({ file: shown, done: 0, of: 0, perSecond: 0, waiting: 'looking through the file' });
  const file = await openInput(deps, input, request);
  if (file.columns !== null) checkColumns({ shown, columns: file.columns }, request, request.now);
  if (file.rowCount === 0) {
    deps.say(`${shown} holds no rows: nothing is stored of it.`);
    return { file: shown, rows: 0, before: 0, outcome: 'done' };
  }
  const key = { file: file.hash, layout: layoutHash(request, file.format) };
  const state = await deps.desk.open({ ...key, now: request.now });
  const result = { file: shown, rows: file.rowCount };
  const finished = state.rows >= file.rowCount;
  if (finished && state.rejected === 0 && !request.again) {
    tally.skipped += file.rowCount;
    return { ...result, before: file.rowCount, outcome: 'known' };
  }
  // Refused rows may be taken this time: the settings may have changed.
  const from = finished || request.again ? 0 : state.rows;
  if (finished)
    deps.say(
      `${shown} was read before${state.rejected > 0 ? `, and ${state.rejected} of its rows were refused` : ''}: it is read again. Rows that are there stay the same rows.`,
    );
  else if (from > 0)
    deps.say(`${shown}: going on at row ${from + 1} of ${file.rowCount}, where an earlier run ended.`);
  tally.skipped += from;
  const outcome = await sendRows(deps, { ...work, file, key, from, time: state.time });
  return { ...result, before: from, outcome };
}

export async function openInput(
  deps: IngestDeps,
  input: InputFile,
  request: IngestRequest,
): Promise<RowFile> {
  const tables: TableReader = {
    columns: async path => (await deps.tables()).columns(path),
    count: async path => (await deps.tables()).count(path),
    read: async function* (path, from, text) {
      yield* (await deps.tables()).read(path, from, text);
    },
  };
  return openRowFile({
    path: input.path,
    format: input.format,
    text: textColumns(request, request.text),
    tables,
  });
}

export interface Sending extends Work {
  readonly file: RowFile;
  readonly key: { readonly file: string; readonly layout: string };
  readonly from: number;
  readonly time: number | null;
}

async function sendRows(deps: IngestDeps, sending: Sending): Promise<FileResult['outcome']> {
  const { file, from, input, tally } = sending;
  const began = deps.clock.now();
  let done = from;
  const step = (waiting: string) => {
    const seconds = (deps.clock.now() - began) / 1000;
    deps.progress({
      file: input.shown,
      done,
      of: file.rowCount,
      perSecond: seconds > 0 ? (done - from) / seconds : 0,
      waiting,
    });
  };
  for await (const rows of batches(file.rows(from), sending.request, deps.batchRows ?? usualRows)) {
    if (deps.stop.aborted) return 'stopped';
    const batch = batchOf(sending, rows);
    const answers = await sendBatch({ ...deps, waiting: step }, batch);
    const places = new Map(rows.map(({ row, body }): [number, RowPlace] => [row.number, { ...row, body }]));
    for (const answer of answers)
      addAnswer(tally, answer, { file: input.shown, placeOf: row => places.get(row) });
    done = batch.from + rows.length;
    tally.read += rows.length;
    step('');
    const refused = answers.flatMap(answer => answer.refused);
    // A first batch of which nothing can be used speaks of the options, not of the rows; age is a matter of the rows.
    const useless = refused.length >= rows.length && refused.some(({ reason }) => reason !== 'bucket-sealed');
    if (useless && batch.from === 0 && batch.left > 0) return 'all-refused';
  }
  return 'done';
}

export function batchOf(
  { request, file, key, time }: Pick<Sending, 'request' | 'file' | 'key' | 'time'>,
  rows: readonly Encoded[],
): FileBatch {
  const from = rows[0]!.row.number;
  return {
    ...key,
    model: request.model,
    environment: request.environment,
    mapping: request.mapping,
    time,
    from,
    rows: rows.map(({ body }) => body),
    left: Math.max(0, file.rowCount - from - rows.length),
  };
}

export interface Encoded {
  readonly row: Pick<FileRow, 'number' | 'line' | 'problem'>;
  readonly body: Buffer;
}

export async function* batches(
  rows: AsyncIterable<FileRow>,
  layout: LayoutOptions,
  batchRows: number,
): AsyncGenerator<readonly Encoded[]> {
  let batch: Encoded[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const body = bodyOf(row, layout);
    if (batch.length > 0 && (batch.length >= batchRows || bytes + body.length > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ row, body });
    bytes += body.length + 1;
  }
  if (batch.length > 0) yield batch;
}

/** Options that decide what a row becomes: with others a file is read from its start. */
export function layoutHash(request: IngestRequest, format: string): string {
  const { model, environment, mapping, columns, ignore, utc, now, text } = request;
  const sorted = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [format, model, environment, mapping, sorted, [...ignore].sort(), utc, now, [...text].sort()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
