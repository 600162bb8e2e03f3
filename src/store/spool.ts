import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that hand binary blocks to chDB. Only this user can read them, and none outlives the process that wrote it. */
export interface Spool {
  /** Writes `bytes` to a file, gives its path to `use`, and removes it. */
  with(bytes: Uint8Array, use: (file: string) => Promise<void>): Promise<void>;
  close(): void;
}

const sharedMemory = '/dev/shm';
/** Shared memory is used while it keeps this much room beyond the block. */
const roomBytes = 128 * 1024 * 1024;
/** File in the spool directory that names the directory in shared memory, so that a crash leaves nothing behind. */
const noteName = 'shared-memory';

/**
 * A spool in `directory`, or in shared memory where that exists and has room: a block then never touches the disk.
 * What an earlier process left is removed.
 */
export function createSpool(directory: string): Spool {
  removeLeftovers(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const memory = makeShared(directory);
  let files = 0;
  return {
    with: async (bytes, use) => {
      const name = `${process.pid}-${++files}.native`;
      const file = await write(
        bytes,
        memory !== null && hasRoom(bytes.length) ? memory : directory,
        directory,
        name,
      );
      try {
        await use(file);
      } finally {
        unlinkSync(file);
      }
    },
    close: () => {
      if (memory !== null) rmSync(memory, { recursive: true, force: true });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function write(bytes: Uint8Array, first: string, second: string, name: string): Promise<string> {
  const file = join(first, name);
  try {
    await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
    return file;
  } catch (error) {
    rmSync(file, { force: true });
    if (first === second) throw error;
    return write(bytes, second, second, name);
  }
}

function hasRoom(bytes: number): boolean {
  try {
    const { bavail, bsize } = statfsSync(sharedMemory);
    return bavail * bsize > bytes + roomBytes;
  } catch {
    return false;
  }
}

function makeShared(directory: string): string | null {
  if (process.platform !== 'linux' || !hasRoom(0)) return null;
  try {
    // A random name, made with mode 0700: nobody else can have prepared it.
    const memory = mkdtempSync(join(sharedMemory, 'leeway-'));
    writeFileSync(join(directory, noteName), memory, { mode: 0o600 });
    return memory;
  } catch {
    return null;
  }
}

function removeLeftovers(directory: string): void {
  try {
    const memory = readFileSync(join(directory, noteName), 'utf8');
    if (/^\/dev\/shm\/leeway-[A-Za-z0-9]{6}$/.test(memory)) rmSync(memory, { recursive: true, force: true });
  } catch {
    // No note: nothing was left in shared memory.
  }
  rmSync(directory, { recursive: true, force: true });
}
