import { Damaged, TooLarge } from './codec.ts';

/** One frame, by its headers alone. */
export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
  /** Where the blocks stand. */
  readonly blocks: number;
  readonly blocksEnd: number;
  /** How far back copies may reach. */
  readonly window: number;
  /** Bytes the frame states to hold, or null. */
  readonly contentSize: number | null;
  /** The most its blocks can hold. */
  readonly mostBytes: number;
}

const magic = 0xfd2fb528;
const skippable = 0x184d2a5;
/** Most bytes one block may hold. */
const blockBytes = 131_072;

/**
 * The frames of `input`: headers are read, blocks are stepped over, nothing is decoded or allocated.
 * @throws TooLarge when a frame states more than `bound` bytes, or its plain blocks hold more
 */
export function readZstdFrames(input: Buffer, bound: number): ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = 0;
  let certain = 0;
  while (at < input.length) {
    if (at + 8 <= input.length && input.readUInt32LE(at) >>> 4 === skippable) {
      at += 8 + input.readUInt32LE(at + 4);
      if (at > input.length) throw new Damaged('it ends within a frame');
      continue;
    }
    const { frame, plainBytes } = readFrame(input, at);
    certain += Math.max(plainBytes, frame.contentSize ?? 0);
    if (certain > bound) throw new TooLarge();
    frames.push(frame);
    at = frame.end;
  }
  if (frames.length === 0) throw new Damaged('it is no Zstandard frame');
  return frames;
}

function readFrame(input: Buffer, start: number): { frame: ZstdFrame; plainBytes: number } {
  if (start + 6 > input.length || input.readUInt32LE(start) !== magic)
    throw new Damaged('it is no Zstandard frame');
  const flags = input[start + 4]!;
  if ((flags & 8) !== 0) throw new Damaged('an unknown version of Zstandard frames');
  const single = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >>> 6]!;
  const dictionaryAt = start + (single ? 5 : 6);
  const sizeAt = dictionaryAt + dictionaryBytes;
  const blocks = sizeAt + sizeBytes;
  if (blocks > input.length) throw new Damaged('it ends within the header');
  if (input.subarray(dictionaryAt, sizeAt).some(byte => byte !== 0))
    throw new Damaged('it needs a dictionary');
  const contentSize = sizeBytes === 0 ? null : readSize(input, sizeAt, sizeBytes);
  const window = single ? contentSize! : windowOf(input[start + 5]!);
  const { end, mostBytes, plainBytes } = walkBlocks(input, blocks);
  const checksumBytes = (flags & 4) === 0 ? 0 : 4;
  if (end + checksumBytes > input.length) throw new Damaged('it ends within the checksum');
  const frame = {
    start,
    end: end + checksumBytes,
    blocks,
    blocksEnd: end,
    window,
    contentSize,
    mostBytes,
  };
  return { frame, plainBytes };
}

function readSize(input: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(input.readBigUInt64LE(at));
  return input.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >>> 3));
  return base + (base / 8) * (byte & 7);
}

interface Walked {
  readonly end: number;
  readonly mostBytes: number;
  /** Of the blocks that are stored or one byte repeated. */
  readonly plainBytes: number;
}

function walkBlocks(input: Buffer, start: number): Walked {
  let at = start;
  let mostBytes = 0;
  let plainBytes = 0;
  for (;;) {
    if (at + 3 > input.length) throw new Damaged('it ends without a last block');
    const head = input.readUIntLE(at, 3);
    const kind = (head >>> 1) & 3;
    const size = head >>> 3;
    if (kind === 3 || size > blockBytes) throw new Damaged('a block that cannot be');
    at += 3 + (kind === 1 ? 1 : size);
    if (at > input.length) throw new Damaged('a block goes beyond the end');
    if (kind !== 2) plainBytes += size;
    mostBytes += kind === 2 ? blockBytes : size;
    if ((head & 1) === 1) return { end: at, mostBytes, plainBytes };
  }
}
