import { type FileHandle, open } from 'node:fs/promises';
import { LeewayError } from '../../lib/errors.ts';

/** Size of tar's blocks, bytes. */
const block = 512;

/** The header of a plain file (POSIX ustar). */
export function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0, 100, 'latin1');
  header.write(octal(0o600, 8), 100, 'latin1');
  header.write(octal(0, 8), 108, 'latin1');
  header.write(octal(0, 8), 116, 'latin1');
  // Sizes beyond 8 GB do not fit; pieces are far smaller.
  header.write(octal(size, 12), 124, 'latin1');
  header.write(octal(0, 12), 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Zeros that fill a file up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

/** Two empty blocks end an archive. */
export const tarEnd = Buffer.alloc(2 * block);

export interface TarEntry {
  readonly offset: number;
  readonly size: number;
}

/** Where the files of an archive lie in it. @throws LeewayError LW_EXPORT_INVALID */
export async function tarIndex(file: FileHandle, shown: string): Promise<Map<string, TarEntry>> {
  const entries = new Map<string, TarEntry>();
  const { size: total } = await file.stat();
  const header = Buffer.alloc(block);
  for (let at = 0; at + block <= total; ) {
    await file.read(header, 0, block, at);
    if (header.every(byte => byte === 0)) return entries;
    const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    const sum = Number.parseInt(header.toString('latin1', 148, 156), 8);
    const zeroed = Buffer.from(header).fill(0x20, 148, 156);
    if (
      Number.isNaN(size) ||
      sum !== zeroed.reduce((all, byte) => all + byte, 0) ||
      at + block + size > total
    )
      break;
    entries.set(name.replace(/^\.\//, ''), { offset: at + block, size });
    at += block + size + ((block - (size % block)) % block);
  }
  throw new LeewayError('LW_EXPORT_INVALID', `${shown} is no tar archive, or is cut off`);
}

/** Opens an archive for reading. */
export async function openTar(path: string): Promise<{
  readonly file: FileHandle;
  readonly entries: ReadonlyMap<string, TarEntry>;
}> {
  const file = await open(path, 'r');
  try {
    return { file, entries: await tarIndex(file, path) };
  } catch (error) {
    await file.close();
    throw error;
  }
}
