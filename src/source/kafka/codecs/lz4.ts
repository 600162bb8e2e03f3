import { Damaged, type Decompress, TooLarge } from './codec.ts';
import { expandLz4Block } from './lz4-block.ts';
import { createOutput, type Output } from './output.ts';

const magic = 0x184d2204;
/** Frames for other programs, to be passed over: 0x184D2A50 to 0x184D2A5F. */
const skippable = 0x184d2a5;
/** By the code in the header. */
const blockSizes: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };
/** Set in a block's length when it is stored as it is. */
const storedBit = 0x80000000;

interface Header {
  readonly end: number;
  /** Blocks do not refer to each other. */
  readonly independent: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  /** Bytes the frame states to hold, or null. */
  readonly contentSize: number | null;
  readonly blockBytes: number;
}

/**
 * LZ4 frames: linked and independent blocks, stated sizes, frames after each other. Memory grows with what has been
 * decoded, never by what a header states. Checksums are passed over: the record batch has one of its own, and the blocks
 * are checked for sense.
 */
export const decompressLz4: Decompress = (input, bound) => {
  const output = createOutput(Math.min(bound, input.length * 4), bound);
  let at = 0;
  do {
    if (at + 8 <= input.length && input.readUInt32LE(at) >>> 4 === skippable) {
      at += 8 + input.readUInt32LE(at + 4);
      if (at > input.length) throw new Damaged('it ends within a frame');
    } else {
      at = readFrame(input, at, output);
    }
  } while (at < input.length);
  return output.done();
};

function readFrame(input: Buffer, start: number, output: Output): number {
  const header = readHeader(input, start);
  if (header.contentSize !== null && header.contentSize > output.left) throw new TooLarge();
  const first = output.length;
  const tail = header.blockChecksums ? 4 : 0;
  let at = header.end;
  for (;;) {
    const word = readWord(input, at);
    at += 4;
    if (word === 0) break;
    const length = word % storedBit;
    if (length > header.blockBytes || length + tail > input.length - at)
      throw new Damaged('a block goes beyond the end');
    const floor = header.independent ? output.length : first;
    const block = { from: at, end: at + length, stored: word >= storedBit };
    expandLz4Block(input, block, output, { floor, most: header.blockBytes });
    at += length + tail;
  }
  if (header.contentSize !== null && output.length - first !== header.contentSize)
    throw new Damaged('it does not hold what it states');
  if (!header.contentChecksum) return at;
  readWord(input, at);
  return at + 4;
}

function readHeader(input: Buffer, start: number): Header {
  if (start + 7 > input.length || input.readUInt32LE(start) !== magic)
    throw new Damaged('it is no LZ4 frame');
  const flags = input[start + 4]!;
  if (flags >>> 6 !== 1 || (flags & 2) !== 0) throw new Damaged('an unknown version of LZ4 frames');
  if ((flags & 1) !== 0) throw new Damaged('it needs a dictionary');
  const blockBytes = blockSizes[(input[start + 5]! >>> 4) & 7];
  if (blockBytes === undefined) throw new Damaged('an unknown block size');
  const sized = (flags & 8) !== 0;
  const end = start + (sized ? 15 : 7);
  if (end > input.length) throw new Damaged('it ends within the header');
  return {
    end,
    independent: (flags & 0x20) !== 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize: sized ? Number(input.readBigUInt64LE(start + 6)) : null,
    blockBytes,
  };
}

function readWord(input: Buffer, at: number): number {
  if (at + 4 > input.length) throw new Damaged('it ends without an end mark');
  return input.readUInt32LE(at);
}
