import { promisify } from 'node:util';
import { createContext, Script } from 'node:vm';
import zlib from 'node:zlib';
import { Decompress as Stream } from 'fzstd';
import { Damaged, type Decompress, TooLarge } from './codec.ts';
import { readZstdFrames, type ZstdFrame } from './zstd-frame.ts';

type Native = (input: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Node 22.15 and later read zstd themselves, on a thread of its own. */
const native = (zlib as { zstdDecompress?: unknown }).zstdDecompress as
  | Parameters<typeof promisify>[0]
  | undefined;
const nativeZstd: Native | null = native === undefined ? null : (promisify(native) as unknown as Native);

/** Longest a batch may take where it is read in JavaScript; 128 MiB take about two seconds. */
const mostMilliseconds = 10_000;

/** Zstandard. Frame and block headers are walked first, so that no stated size is believed. */
export const decompressZstd: Decompress = (input, bound) =>
  nativeZstd === null ? decompressZstdHere(input, bound) : decompressZstdNatively(nativeZstd, input, bound);

async function decompressZstdNatively(zstd: Native, input: Buffer, bound: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let left = bound;
  for (const frame of readZstdFrames(input, bound)) {
    const part = await zstd(input.subarray(frame.start, frame.end), {
      maxOutputLength: Math.max(1, left),
    }).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge() : error;
    });
    left -= part.length;
    if (left < 0) throw new TooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** In JavaScript, within a time: a hostile block can keep this decoder busy for minutes. */
export function decompressZstdHere(input: Buffer, bound: number, milliseconds = mostMilliseconds): Buffer {
  const frames = readZstdFrames(input, bound);
  return within(milliseconds, () => {
    const parts: Uint8Array[] = [];
    let total = 0;
    for (const frame of frames) {
      const before = total;
      const stream = new Stream(part => {
        total += part.length;
        if (total > bound) throw new TooLarge();
        parts.push(part);
      });
      stream.push(plainHeader(frame));
      stream.push(input.subarray(frame.blocks, frame.blocksEnd), true);
      if (frame.contentSize !== null && total - before !== frame.contentSize)
        throw new Damaged('it does not hold what it states');
    }
    return Buffer.concat(parts, total);
  });
}

const magic = [0x28, 0xb5, 0x2f, 0xfd];
const leastWindowLog = 17;

/**
 * A header that states a window alone. The decoder allocates what the header states, and a producer at a high level
 * states 128 MiB for a batch of 16 KB; as far back as the frame is long is enough.
 */
function plainHeader({ window, mostBytes }: ZstdFrame): Uint8Array {
  const log = Math.max(leastWindowLog, Math.ceil(Math.log2(Math.max(1, Math.min(window, mostBytes)))));
  return Uint8Array.from([...magic, 0, (log - 10) << 3]);
}

/** Runs what the context holds as `job`: a script is what Node can stop in the middle. */
const runJob = new Script('job()');
let context: { job: () => void } | null = null;

function within<T>(milliseconds: number, work: () => T): T {
  const box: { result?: T; error?: unknown } = {};
  context ??= createContext({ job: () => {} }) as { job: () => void };
  context.job = () => {
    try {
      box.result = work();
    } catch (error) {
      box.error = error;
    }
  };
  try {
    runJob.runInContext(context, { timeout: milliseconds });
  } catch {
    throw new Damaged(`it takes longer than ${milliseconds / 1000} s to read`);
  } finally {
    context.job = () => {};
  }
  if ('error' in box) throw box.error;
  return box.result as T;
}
