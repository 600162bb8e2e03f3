import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitBody } from '../decode/body.ts';
import { fieldNames } from '../decode/fields.ts';
import { LeewayError } from '../lib/errors.ts';
import type { FileRows } from '../source/replay-file.ts';

/** Columns of a table that are fields of a payload; every other column is a feature. */
const payloadFields: ReadonlySet<string> = new Set(fieldNames);

/** Most rows of an upload: above it a sample would be taken anyway. */
const mostRows = 5_000_000;

/** Rows of an uploaded file as payloads. Tables (CSV, Parquet) become payloads column by column. */
export function createUploadReader(deps: { readonly directory: string; readonly files: FileRows }) {
  removeLeftovers(deps.directory);
  return async function* read(
    format: 'json' | 'ndjson' | 'csv' | 'parquet',
    body: Uint8Array,
    text: readonly string[] = [],
  ): AsyncGenerator<Uint8Array> {
    if (format === 'json' || format === 'ndjson') {
      const { rows, refusal } = splitBody(
        body,
        format === 'ndjson' ? 'application/x-ndjson' : 'application/json',
        mostRows,
      );
      if (refusal !== null) throw new LeewayError('LW_FILE_INVALID', refusal.detail);
      yield* rows;
      return;
    }
    if (body.length === 0) throw new LeewayError('LW_FILE_INVALID', 'the body holds nothing');
    const path = join(deps.directory, `upload-${randomUUID()}.${format}`);
    await mkdir(deps.directory, { recursive: true, mode: 0o700 });
    await writeFile(path, body, { mode: 0o600 });
    try {
      for await (const row of deps.files.read(path, undefined, text))
        yield Buffer.from(JSON.stringify(payloadOfTable(row)));
    } catch (error) {
      throw withoutPath(error, path);
    } finally {
      await rm(path, { force: true });
    }
  };
}

/** Files of a process that was killed while it read them: they hold rows no field rule has seen. */
function removeLeftovers(directory: string): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory))
    if (/^upload-[0-9a-f-]{36}\./.test(name)) rmSync(join(directory, name), { force: true });
}

/** The sender knows nothing of the file its rows were kept in meanwhile, nor has use for the engine's hints. */
function withoutPath(error: unknown, path: string): unknown {
  if (!(error instanceof LeewayError) || error.code !== 'LW_FILE_INVALID') return error;
  const [line = ''] = error.message.replaceAll(path, 'The uploaded file').split('\n');
  return new LeewayError('LW_FILE_INVALID', line.trim(), error);
}

/** A table row as a payload: known columns are fields, the others features. */
export function payloadOfTable(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  const features: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (payloadFields.has(name)) payload[name] = value;
    else features[name] = value;
  }
  return Object.keys(features).length === 0 || 'features' in payload
    ? { ...payload, ...features }
    : { ...payload, features };
}
