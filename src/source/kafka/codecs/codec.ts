import { LeewayError } from '../../../lib/errors.ts';
import { type CodecLimits, outputBound } from './limits.ts';

/** The shape kafkajs expects of a codec. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/**
 * Gives what `input` holds, or throws: `TooLarge` as soon as it is certain to be more than `bound` bytes, anything else
 * when it is damaged. It never allocates by a size that the input states without having held it against `bound`.
 */
export type Decompress = (input: Buffer, bound: number) => Buffer | Promise<Buffer>;

/** A batch holds more than it may. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** A batch is not what its codec writes. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

export interface CodecParts {
  /** As users know it: `gzip`, `lz4`, ... */
  readonly name: string;
  readonly limits: CodecLimits;
  readonly decompress: Decompress;
  readonly compress?: (input: Buffer) => Promise<Buffer>;
}

/**
 * A codec with bounded output. A batch beyond the bound cannot be read, and kafkajs decodes whole batches, so there is no
 * record to reject: the error says so, is not retriable and ends the source.
 */
export function createCodec({ name, limits, decompress, compress }: CodecParts): Codec {
  return {
    compress: encoder =>
      compress === undefined
        ? Promise.reject(new Error(`${name} is read here, not written`))
        : compress(encoder.buffer),
    decompress: async buffer => {
      const bound = outputBound(limits, buffer.length);
      try {
        return await decompress(buffer, bound);
      } catch (error) {
        throw unreadable(name, buffer.length, error instanceof TooLarge ? bound : (error as Error).message);
      }
    },
  };
}

function unreadable(name: string, bytes: number, why: number | string): Error {
  const what = typeof why === 'number' ? `expands beyond ${why} bytes` : `is damaged (${why})`;
  // No cause: kafkajs would show that one instead.
  return Object.assign(
    new LeewayError(
      'LW_SOURCE_CRASHED',
      `a ${name} record batch of ${bytes} bytes ${what} and cannot be read; to pass over it, move the group's offset behind it`,
    ),
    { retriable: false },
  );
}
