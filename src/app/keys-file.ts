import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type KeyEntry, keyRoles } from '../lib/api-key.ts';
import { systemClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';

const fileName = 'keys.json';
/** A change that was begun so long ago was broken off, milliseconds. */
const brokenOffMs = 10_000;

const maybeTime = Type.Union([Type.Integer(), Type.Null()]);
const shape = Type.Object({
  version: Type.Literal(1),
  keys: Type.Array(
    Type.Object({
      id: Type.String({ pattern: '^[0-9A-Za-z]{8,12}$' }),
      name: Type.String(),
      roles: Type.Array(Type.Union(keyRoles.map(role => Type.Literal(role)))),
      hash: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
      created: Type.Integer(),
      expires: maybeTime,
      revoked: maybeTime,
      requestsPerSecond: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()]),
      bodyBytes: maybeTime,
    }),
  ),
});

/** Where the keys of a data directory are kept. */
export function keysFile(directory: string): string {
  return join(directory, fileName);
}

/** The keys of a data directory, revoked ones included; null without a file. @throws LeewayError LW_KEYS_INVALID */
export function readKeys(directory: string): readonly KeyEntry[] | null {
  const path = keysFile(directory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // A data directory that is none is refused by whoever opens the store in it.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw new LeewayError('LW_KEYS_INVALID', `${path} cannot be read: ${(error as Error).message}.`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LeewayError('LW_KEYS_INVALID', `${path} is not JSON.`, error);
  }
  if (!Value.Check(shape, value))
    throw new LeewayError('LW_KEYS_INVALID', `${path} is no list of keys of this version.`);
  return (value as Static<typeof shape>).keys as readonly KeyEntry[];
}

/**
 * Replaces the keys of a data directory by what `change` makes of them; a reader sees the old or the new ones, never a
 * part. One change at a time, over all processes. @throws LeewayError LW_KEYS_INVALID, LW_CONFLICT, LW_DATA_UNUSABLE
 */
export function changeKeys(
  directory: string,
  change: (keys: readonly KeyEntry[]) => readonly KeyEntry[],
): void {
  const path = keysFile(directory);
  const draft = `${path}.new`;
  claim(directory, draft);
  try {
    const keys = change(readKeys(directory) ?? []);
    writeFileSync(draft, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Makes the draft, which nobody else may hold at the same time. */
function claim(directory: string, draft: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isBrokenOff(draft)) rmSync(draft, { force: true });
    writeFileSync(draft, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new LeewayError('LW_CONFLICT', `Another process changes the keys (${draft} is there).`, error);
    throw new LeewayError('LW_DATA_UNUSABLE', `Keys cannot be kept in ${directory}: ${message}.`, error);
  }
}

function isBrokenOff(draft: string): boolean {
  const stat = statSync(draft, { throwIfNoEntry: false });
  return stat !== undefined && systemClock.now() - stat.mtimeMs > brokenOffMs;
}

/** What tells one state of a file from the next without reading it; '' where there is none. */
function stateOf(path: string): string {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
  } catch {
    return 'unreadable';
  }
}

/**
 * The keys of a data directory as they are now: the file is looked at with every call and read again when it has
 * changed. What cannot be read later leaves the keys as they were; `problem` is told once. Null: there is no file.
 * @throws LeewayError LW_KEYS_INVALID when it cannot be read at the first time
 */
export function followKeys(
  directory: string,
  problem: (error: LeewayError) => void,
): () => readonly KeyEntry[] | null {
  const path = keysFile(directory);
  let state = stateOf(path);
  let keys = readKeys(directory);
  return () => {
    const next = stateOf(path);
    if (next === state) return keys;
    state = next;
    try {
      keys = readKeys(directory);
    } catch (error) {
      problem(error as LeewayError);
    }
    return keys;
  };
}
