import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeewayError } from '../lib/errors.ts';

/** Where the running service of a data directory can be reached: how the command line finds it. */
export interface LockFile {
  readonly url: string;
  readonly pid: number;
  /** Lets this machine's command line in: made anew at every start, and good from this machine alone. */
  readonly key: string;
}

const fileName = 'leeway.json';

/**
 * Writes the address; returns what removes it again, if it is still this process's.
 *
 * @throws LeewayError LW_DATA_UNUSABLE, when the disk is full for one
 */
export function writeLockFile(directory: string, lock: LockFile): () => void {
  const path = join(directory, fileName);
  try {
    // A file that is there already would keep its mode.
    rmSync(path, { force: true });
    writeFileSync(path, JSON.stringify(lock), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { message } = error as Error;
    throw new LeewayError(
      'LW_DATA_UNUSABLE',
      `Cannot write into the data directory ${directory}: ${message}.`,
      error,
    );
  }
  return () => {
    try {
      if ((JSON.parse(readFileSync(path, 'utf8')) as LockFile).pid === lock.pid) rmSync(path);
    } catch {
      // Somebody removed it already.
    }
  };
}
