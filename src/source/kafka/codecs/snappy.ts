import { Damaged, type Decompress, TooLarge } from './codec.ts';
import { copyLiteral, copyMatch } from './copies.ts';

/** Java's clients write blocks behind this header; librdkafka, franz-go and others write one raw block. */
const javaMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const javaHeaderBytes = 16;
/** The best a tag can do: 64 bytes for 3. A block that states more than this times its size lies. */
const mostExpansion = 22;

/** One raw block: where its tags stand, and how many bytes it states to hold. */
interface Block {
  readonly from: number;
  readonly end: number;
  readonly size: number;
}

/** Snappy, raw or framed as snappy-java does. All sizes are added up and held against the bound before memory is taken. */
export const decompressSnappy: Decompress = (input, bound) => {
  const blocks = isJava(input) ? javaBlocks(input) : [readBlock(input, 0, input.length)];
  const total = blocks.reduce((sum, block) => sum + block.size, 0);
  if (total > bound) throw new TooLarge();
  const output = Buffer.allocUnsafe(total);
  let at = 0;
  for (const block of blocks) {
    expand(input, block, output, at);
    at += block.size;
  }
  return output;
};

function isJava(input: Buffer): boolean {
  return input.length >= javaHeaderBytes && input.subarray(0, javaMagic.length).equals(javaMagic);
}

/** After the header: length, block, length, block, ... The header may come again where streams were joined. */
function javaBlocks(input: Buffer): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < input.length) {
    if (isJava(input.subarray(at, at + javaHeaderBytes))) {
      at += javaHeaderBytes;
      continue;
    }
    if (at + 4 > input.length) throw new Damaged('it ends within a length');
    const length = input.readUInt32BE(at);
    at += 4;
    if (length > input.length - at) throw new Damaged('a block goes beyond the end');
    blocks.push(readBlock(input, at, at + length));
    at += length;
  }
  return blocks;
}

function readBlock(input: Buffer, start: number, end: number): Block {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    if (start + i >= end) break;
    const byte = input[start + i]!;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    if (size > (end - start) * mostExpansion) throw new Damaged('a block states a size it cannot have');
    return { from: start + i + 1, end, size };
  }
  throw new Damaged('a block states no size');
}

function expand(input: Buffer, { from, end, size }: Block, output: Buffer, start: number): void {
  const limit = start + size;
  let read = from;
  let at = start;
  while (read < end) {
    const tag = input[read++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        if (read + bytes > end) throw new Damaged('it ends within a length');
        length = input.readUIntLE(read, bytes) + 1;
        read += bytes;
      }
      if (length > end - read || length > limit - at) throw new Damaged('a literal goes beyond the end');
      copyLiteral(output, at, input, read, length);
      read += length;
      at += length;
      continue;
    }
    const bytes = kind === 3 ? 4 : kind;
    if (read + bytes > end) throw new Damaged('it ends within a copy');
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const distance = kind === 1 ? ((tag >>> 5) << 8) | input[read]! : input.readUIntLE(read, bytes);
    read += bytes;
    if (distance === 0 || distance > at - start) throw new Damaged('a copy from before the start');
    if (length > limit - at) throw new Damaged('a copy goes beyond the stated size');
    copyMatch(output, at, distance, length);
    at += length;
  }
  if (at !== limit) throw new Damaged('it holds less than it states');
}
