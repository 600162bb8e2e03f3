import { Damaged, TooLarge } from './codec.ts';
import { copyLiteral, copyMatch } from './copies.ts';
import type { Output } from './output.ts';

export interface Lz4Block {
  readonly from: number;
  readonly end: number;
  /** Not compressed. */
  readonly stored: boolean;
}

export interface Lz4Bounds {
  /** Where in the output copies may begin: the block's own start, or the frame's when blocks are linked. */
  readonly floor: number;
  /** Most bytes the block may hold. */
  readonly most: number;
}

/** The best a byte can do: one more of a length's bytes makes it 255 longer. */
const mostExpansion = 255;
const leastMatch = 4;
/** A length that goes on in the bytes behind it. */
const goesOn = 15;

/** Appends what one block holds. */
export function expandLz4Block(input: Buffer, block: Lz4Block, output: Output, bounds: Lz4Bounds): void {
  const most = Math.min(bounds.most, (block.end - block.from) * mostExpansion);
  const place = Math.min(most, output.left);
  const target = { bytes: output.reserve(place), start: output.length, limit: output.length + place };
  try {
    output.length = block.stored
      ? store(input, block, target)
      : expand(input, block, { ...target, floor: bounds.floor });
  } catch (error) {
    throw error === full && place < most ? new TooLarge() : error;
  }
}

const full = new Damaged('a block holds more than it may');

interface Target {
  readonly bytes: Buffer;
  readonly start: number;
  readonly limit: number;
}

function store(input: Buffer, { from, end }: Lz4Block, { bytes, start, limit }: Target): number {
  if (end - from > limit - start) throw full;
  input.copy(bytes, start, from, end);
  return start + end - from;
}

function expand(input: Buffer, { from, end }: Lz4Block, target: Target & { floor: number }): number {
  const { bytes, limit, floor } = target;
  let read = from;
  let at = target.start;
  while (read < end) {
    const token = input[read++]!;
    let length = token >>> 4;
    if (length === goesOn) {
      const sum = longLength(input, read, end);
      read += lengthBytes(sum);
      length += sum;
    }
    if (length > end - read) throw new Damaged('a literal goes beyond the end');
    if (length > limit - at) throw full;
    copyLiteral(bytes, at, input, read, length);
    read += length;
    at += length;
    // The last sequence is a literal alone.
    if (read === end) break;
    if (read + 2 > end) throw new Damaged('it ends within a copy');
    const distance = input[read]! | (input[read + 1]! << 8);
    read += 2;
    length = token & 15;
    if (length === goesOn) {
      const sum = longLength(input, read, end);
      read += lengthBytes(sum);
      length += sum;
    }
    length += leastMatch;
    if (distance === 0 || distance > at - floor) throw new Damaged('a copy from before the start');
    if (length > limit - at) throw full;
    copyMatch(bytes, at, distance, length);
    at += length;
  }
  return at;
}

/** The rest of a length: bytes are added up to the first that is not 255. */
function longLength(input: Buffer, from: number, end: number): number {
  let sum = 0;
  for (let read = from; read < end; read++) {
    const byte = input[read]!;
    sum += byte;
    if (byte !== 255) return sum;
  }
  throw new Damaged('it ends within a length');
}

function lengthBytes(sum: number): number {
  return Math.floor(sum / 255) + 1;
}
