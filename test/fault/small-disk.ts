import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A real file system of a few megabytes, in a mount namespace of its own: it goes away with the process that holds it. */
export interface SmallDisk {
  /** Where processes inside the namespace see it. */
  readonly inside: string;
  /** The same place for this process. */
  readonly outside: string;
  /** Put before a command, runs it inside. */
  readonly wrapper: readonly string[];
  /** Writes a file until nothing more goes in. */
  fill(): void;
  /** Removes that file. */
  empty(): void;
  close(): void;
}

/** Whether this machine lets a user mount a tmpfs in a namespace. */
export function smallDisksAllowed(): boolean {
  const tried = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt']);
  return tried.status === 0;
}

export async function mountSmallDisk(directory: string, megabytes: number): Promise<SmallDisk> {
  mkdirSync(directory, { recursive: true });
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs '${directory}' && echo mounted && exec cat`;
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('exit', code => reject(new Error(`no small disk: unshare ended with ${code}`)));
  });
  const outside = `/proc/${holder.pid}/root${directory}`;
  const filler = join(outside, 'filler');
  return {
    inside: directory,
    outside,
    wrapper: ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials'],
    fill: () => writeUntilFull(filler),
    empty: () => rmSync(filler, { force: true }),
    close: () => holder.kill('SIGKILL'),
  };
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let bytes = 1 << 20; bytes >= 512; ) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        bytes >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}
