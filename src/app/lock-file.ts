import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeewayError } from '../lib/errors.ts';

/** Where the running service of a data directory can be reached: how the command line finds it. */
export interface LockFile {
  readonly url: string;
  readonly pid: number;
  /** Lets this machine's command line in: made anew at every start, and good from this machine alone. */
  readonly key: string;
  /** SHA-256 of the certificate it shows: the command line of this machine trusts that one and no other. */
  readonly certificate?: string;
}

/** Where the service listens, and what it shows there. */
interface Door {
  readonly url: string;
  readonly certificate: string | null;
  onCertificate(listener: () => void): void;
}

const fileName = 'leeway.json';

/**
 * Writes the address, and again when another certificate is served; returns what removes it, if it is still this
 * process's.
 *
 * @throws LeewayError LW_DATA_UNUSABLE, when the disk is full for one
 */
export function keepLockFile(deps: {
  readonly directory: string;
  readonly door: Door;
  readonly key: string;
  readonly problem: (e: { readonly code: string; readonly message: string }) => void;
}): () => void {
  const { directory, door } = deps;
  const path = join(directory, fileName);
  let kept = true;
  const write = () => {
    const { url, certificate } = door;
    const lock: LockFile = {
      url,
      pid: process.pid,
      key: deps.key,
      ...(certificate !== null && { certificate }),
    };
    writeLock(directory, lock);
  };
  write();
  door.onCertificate(() => {
    if (!kept) return;
    try {
      write();
    } catch (error) {
      const { code, message } = error as LeewayError;
      deps.problem({ code, message: `${message} The command line here does not trust the new certificate.` });
    }
  });
  return () => {
    kept = false;
    try {
      if ((JSON.parse(readFileSync(path, 'utf8')) as LockFile).pid === process.pid) rmSync(path);
    } catch {
      // Somebody removed it already.
    }
  };
}

/** Under another name first: who reads it meanwhile reads the old one whole. */
function writeLock(directory: string, lock: LockFile): void {
  const path = join(directory, fileName);
  const fresh = `${path}.new`;
  try {
    // A file that is there already would keep its mode.
    rmSync(fresh, { force: true });
    writeFileSync(fresh, JSON.stringify(lock), { mode: 0o600, flag: 'wx' });
    renameSync(fresh, path);
  } catch (error) {
    const { message } = error as Error;
    throw new LeewayError(
      'LW_DATA_UNUSABLE',
      `Cannot write into the data directory ${directory}: ${message}.`,
      error,
    );
  }
}
