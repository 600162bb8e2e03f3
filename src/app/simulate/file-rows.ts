import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeewayError } from '../../lib/errors.ts';
import type { NextRow, Row } from '../../simulate/row.ts';
import { type FileRows, openReplayFile, type ReplayFile } from '../../source/replay-file.ts';
import type { Database } from '../../store/database.ts';
import { openEmbedded } from '../../store/embedded.ts';
import { createFileRows } from '../../store/file-rows.ts';
import { payloadOfTable } from '../uploads.ts';

/** Rows of a file, one after the other, for all users together. */
export interface RowFile {
  readonly rowCount: number;
  /** The first rows, to learn the features from. */
  readonly sample: readonly Row[];
  readonly next: NextRow;
  close(): Promise<void>;
}

const sampleRows = 5_000;

/**
 * Opens NDJSON, CSV or Parquet.
 *
 * @param of.once Ends after the last row instead of beginning again.
 * @param of.database The engine of this process if it is open already: there can be only one.
 * @throws LeewayError LW_FILE_INVALID
 */
export async function openRowFile(of: {
  readonly path: string;
  readonly once: boolean;
  /** Labels of rows are sent by themselves later, not with their rows. */
  readonly delayedLabels: boolean;
  readonly database: Database | null;
}): Promise<RowFile> {
  const engine = await openEngine(of.path, of.database);
  const row = (values: Values, round = 0) => rowOf(values, { round, delayed: of.delayedLabels });
  try {
    const file = await openReplayFile(of.path, engine.files);
    if (file.rowCount === 0) throw new LeewayError('LW_FILE_INVALID', `${of.path} has no rows.`);
    const sample: Row[] = [];
    for await (const { values } of file.rows()) {
      sample.push(row(values));
      if (sample.length === sampleRows) break;
    }
    return {
      rowCount: file.rowCount,
      sample,
      next: inTurn(file, { once: of.once, row }),
      close: engine.close,
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Text files need no engine; it is loaded for tables alone. */
async function openEngine(path: string, given: Database | null) {
  const close = async () => undefined;
  if (given !== null) return { files: createFileRows(given), close };
  if (!/\.(csv|parquet)(\.gz)?$/i.test(path)) return { files: noTables, close };
  const directory = mkdtempSync(join(tmpdir(), 'leeway-simulate-file-'));
  const database = await openEmbedded(directory);
  return {
    files: createFileRows(database),
    close: async () => {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const noTables: FileRows = {
  read: path => {
    throw noFormat(path);
  },
  count: path => Promise.reject(noFormat(path)),
};

function noFormat(path: string): LeewayError {
  return new LeewayError(
    'LW_FILE_INVALID',
    `The ending of ${path} tells no format: it must be .ndjson, .jsonl, .csv or .parquet (or with .gz).`,
  );
}

/** Users take rows one at a time; the file begins again at its end. */
function inTurn(
  file: ReplayFile,
  { once, row }: { readonly once: boolean; readonly row: (values: Values, round: number) => Row },
): NextRow {
  let rows = file.rows()[Symbol.asyncIterator]();
  let round = 0;
  let tail: Promise<unknown> = Promise.resolve();
  const take = async (): Promise<Row | null> => {
    for (;;) {
      const step = await rows.next();
      if (step.done !== true) return row(step.value.values, round);
      if (once) return null;
      round++;
      rows = file.rows()[Symbol.asyncIterator]();
    }
  };
  return () => {
    const turn = tail.then(take);
    tail = turn.catch(() => undefined);
    return turn;
  };
}

/** A row as a payload. Its id is told apart from the same row's of an earlier round; its time is the simulation's. */
function rowOf(
  values: Values,
  { round, delayed }: { readonly round: number; readonly delayed: boolean },
): Row {
  const payload: Values = 'features' in values ? values : payloadOfTable(values);
  const { label, id, time: _time, ...others } = payload;
  const known = typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean';
  const named = typeof id === 'string' || typeof id === 'number';
  return {
    payload: {
      ...(named ? { id: round === 0 ? String(id) : `${id}~${round}` } : {}),
      ...others,
      ...(known && !delayed ? { label } : {}),
    },
    truth: known ? label : null,
  };
}
