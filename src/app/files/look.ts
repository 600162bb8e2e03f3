import { LeewayError } from '../../lib/errors.ts';
import {
  batches,
  batchOf,
  type Encoded,
  type IngestDeps,
  type IngestRequest,
  layoutHash,
  named,
  openInput,
  usualRows,
} from './ingest.ts';
import type { InputFile } from './inputs.ts';
import { checkColumns } from './layout.ts';
import type { FileRefusal } from './ports.ts';
import { sendBatch } from './send.ts';
import { lacksOffset } from './tally.ts';

/**
 * Whether files can be read at all with these options: their columns, and that something of their first rows would be
 * taken. Nothing is stored. Asked before what is there of them is removed.
 *
 * @throws LeewayError LW_FILE_INVALID, LW_REINGEST_REFUSED
 */
export async function lookAtFiles(
  deps: IngestDeps,
  inputs: readonly InputFile[],
  request: IngestRequest,
): Promise<void> {
  for (const input of inputs) await named(input, () => lookAt(deps, input, request));
}

async function lookAt(deps: IngestDeps, input: InputFile, request: IngestRequest): Promise<void> {
  const { shown } = input;
  const file = await openInput(deps, input, request);
  if (file.columns !== null) checkColumns({ shown, columns: file.columns }, request, request.now);
  const rows = await firstOf(batches(file.rows(0), request, deps.batchRows ?? usualRows));
  if (rows === null) return;
  const key = { file: file.hash, layout: layoutHash(request, file.format) };
  // Any time will do: whether the rows have one is the question.
  const time = request.now ? deps.clock.now() : null;
  const batch = { ...batchOf({ request, file, key, time }, rows), dry: true };
  const waiting = (text: string) =>
    deps.progress({ file: shown, done: 0, of: file.rowCount, perSecond: 0, waiting: text });
  const answers = await sendBatch({ ...deps, waiting }, batch);
  const refused = answers.flatMap(answer => answer.refused);
  if (new Set(refused.map(({ row }) => row)).size >= rows.length) throw useless(shown, rows, refused[0]!);
}

async function firstOf<T>(list: AsyncIterable<T>): Promise<T | null> {
  for await (const item of list) return item;
  return null;
}

function useless(shown: string, rows: readonly Encoded[], first: FileRefusal): LeewayError {
  const found = rows.find(({ row }) => row.number === first.row);
  const { line = 0, problem = '' } = found?.row ?? {};
  const utc = found !== undefined && first.reason === 'bad-time' && lacksOffset(found.body);
  return new LeewayError(
    'LW_REINGEST_REFUSED',
    `Of the first ${rows.length} rows of ${shown} all would be refused. Line ${line}: ${problem === '' ? `${first.reason}, ${first.detail}` : problem}.${utc ? ' If times without an offset are UTC, say so with --utc.' : ''}`,
  );
}
