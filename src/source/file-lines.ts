import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { LeewayError } from '../lib/errors.ts';

/** A line that holds something. */
export interface FileLine {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Its bytes without the line end; of a line that is too long, the first ones. */
  readonly bytes: Buffer;
  readonly tooLong: boolean;
}

/** Longest line that is read whole, bytes. */
export const longestLine = 1024 * 1024;
/** What is kept of a longer one, bytes. */
const keptBytes = 64 * 1024;

/** First 16 digits of the SHA-256 of a file's bytes: the same file is known by it, whatever its name. */
export async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of rawBytes(path)) hash.update(chunk);
  return hash.digest('hex').slice(0, 16);
}

/** The file's bytes, unpacked when its name ends in .gz; a chunk at a time, so a bomb fills no memory. */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  if (!path.endsWith('.gz')) return yield* rawBytes(path);
  const stream = createReadStream(path);
  const unpacked = stream.pipe(createGunzip());
  stream.on('error', error => unpacked.destroy(error));
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, 'cannot be unpacked', error);
  } finally {
    stream.destroy();
  }
}

/** Lines that hold something. A line without an end is read too: it is the file's last one. */
export async function* fileLines(path: string): AsyncGenerator<FileLine> {
  let line = 0;
  let rest: Buffer[] = [];
  let waiting = 0;
  const finish = (end: Buffer): FileLine | null => {
    line++;
    const length = waiting + end.length;
    const bytes = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    rest = [];
    waiting = 0;
    const shown = line === 1 ? withoutMark(bytes) : bytes;
    if (isBlank(shown)) return null;
    return length > longestLine
      ? { line, bytes: shown.subarray(0, keptBytes), tooLong: true }
      : { line, bytes: shown, tooLong: false };
  };
  for await (const chunk of fileBytes(path)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const found = finish(chunk.subarray(start, end));
      if (found !== null) yield found;
      start = end + 1;
    }
    const tail = chunk.subarray(start);
    waiting += tail.length;
    // Of a line that is too long already no more is kept.
    if (waiting <= longestLine + tail.length) rest.push(Buffer.from(tail));
  }
  if (waiting > 0) {
    const found = finish(Buffer.alloc(0));
    if (found !== null) yield found;
  }
}

async function* rawBytes(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, 'cannot be read', error);
  }
}

function unreadable(path: string, what: string, error: unknown): LeewayError {
  return new LeewayError('LW_FILE_INVALID', `${path} ${what}: ${(error as Error).message}`, error);
}

/** Some programs begin a text with a byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Space, tab and carriage return alone: what JSON counts as space, so that both ends agree on what a row is. */
function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  return true;
}
