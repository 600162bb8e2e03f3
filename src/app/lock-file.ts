import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the running service of a data directory can be reached: how the command line finds it. */
export interface LockFile {
  readonly url: string;
  readonly pid: number;
}

const fileName = 'leeway.json';

/** Writes the address; returns what removes it again, if it is still this process's. */
export function writeLockFile(directory: string, lock: LockFile): () => void {
  const path = join(directory, fileName);
  writeFileSync(path, JSON.stringify(lock), { mode: 0o600 });
  return () => {
    try {
      if ((JSON.parse(readFileSync(path, 'utf8')) as LockFile).pid === lock.pid) rmSync(path);
    } catch {
      // Somebody removed it already.
    }
  };
}
