import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LeewayError } from '../../lib/errors.ts';
import { fileReason } from '../../lib/file-reason.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { openTar, tarEnd, tarHeader, tarPadding } from './tar.ts';

/** Where an export is written; it gets its name when it is whole. */
export interface DumpSink {
  write(path: string, bytes: Uint8Array): Promise<void>;
  finish(manifest: Manifest): Promise<void>;
  abandon(): Promise<void>;
}

/** An export that is read. */
export interface DumpFiles {
  readonly manifest: Manifest;
  /** @throws LeewayError LW_EXPORT_INVALID */
  read(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

const manifestName = 'manifest.json';

/** A directory, or an archive when the name ends in .tar. What an interrupted export left beside it is removed. */
export async function createSink(to: string): Promise<DumpSink> {
  if (existsSync(to) && (lstatSync(to).isFile() || readdirSync(to).length > 0))
    throw new LeewayError('LW_USAGE', `${to} is there already; nothing is written over. Give another name.`);
  const partial = `${to.replace(/\/+$/, '')}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    return await (to.endsWith('.tar') ? archiveSink(to, partial) : directorySink(to, partial));
  } catch (error) {
    throw new LeewayError(
      'LW_USAGE',
      `Cannot write ${to}: ${fileReason(error)}. Give --to a path in a directory that is there and may be written.`,
      error,
    );
  }
}

async function directorySink(to: string, partial: string): Promise<DumpSink> {
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const write = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(partial, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(partial, path), bytes, { mode: 0o600 });
  };
  return {
    write,
    finish: async manifest => {
      await write(manifestName, Buffer.from(JSON.stringify(manifest, null, 1)));
      await rm(to, { recursive: true, force: true });
      await rename(partial, to);
    },
    abandon: () => rm(partial, { recursive: true, force: true }),
  };
}

async function archiveSink(to: string, partial: string): Promise<DumpSink> {
  const file = await open(partial, 'wx', 0o600);
  const write = async (path: string, bytes: Uint8Array) => {
    for (const part of [tarHeader(path, bytes.length), bytes, tarPadding(bytes.length)])
      await file.writeFile(part);
  };
  return {
    write,
    finish: async manifest => {
      await write(manifestName, Buffer.from(JSON.stringify(manifest, null, 1)));
      await file.writeFile(tarEnd);
      await file.sync();
      await file.close();
      await rename(partial, to);
    },
    abandon: async () => {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

/** @throws LeewayError LW_EXPORT_INVALID for what is no export, and for one that was not finished. */
export async function openDumpFiles(from: string): Promise<DumpFiles> {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new LeewayError('LW_EXPORT_INVALID', `Cannot read ${from}: there is no such file.`);
  return stat.isDirectory() ? openDirectory(from) : openArchive(from);
}

async function openDirectory(from: string): Promise<DumpFiles> {
  const read = async (path: string) => {
    try {
      return await readFile(join(from, path));
    } catch (error) {
      throw new LeewayError(
        'LW_EXPORT_INVALID',
        `${join(from, path)} cannot be read: ${fileReason(error)}.`,
        error,
      );
    }
  };
  return {
    manifest: parseManifest((await read(manifestName)).toString('utf8'), from),
    read,
    close: async () => undefined,
  };
}

async function openArchive(from: string): Promise<DumpFiles> {
  const { file, entries } = await openTar(from);
  const read = async (path: string) => {
    const entry = entries.get(path);
    if (entry === undefined) throw new LeewayError('LW_EXPORT_INVALID', `${from} holds no ${path}`);
    const bytes = Buffer.alloc(entry.size);
    const { bytesRead } = await file.read(bytes, 0, entry.size, entry.offset);
    if (bytesRead < entry.size)
      throw new LeewayError('LW_EXPORT_INVALID', `${from} ends in the middle of ${path}`);
    return bytes;
  };
  try {
    const manifest = parseManifest((await read(manifestName)).toString('utf8'), from);
    return { manifest, read, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}
