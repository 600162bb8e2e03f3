import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';
import { LeewayError } from '../../lib/errors.ts';

/** Bounds of a decompressed record batch. */
export interface GzipLimits {
  /** Most bytes one compressed record batch may expand to. */
  readonly maxBytes: number;
  /** Most times its own size it may expand to; applies above `freeBytes`. */
  readonly maxRatio: number;
  /** Always allowed, whatever the ratio: small batches of repetitive JSON compress very well. */
  readonly freeBytes: number;
}

export const defaultGzipLimits: GzipLimits = {
  maxBytes: 128 * 1024 * 1024,
  maxRatio: 200,
  freeBytes: 8 * 1024 * 1024,
};

/** Most bytes a batch of `compressedBytes` may expand to. */
export function gzipBound(limits: GzipLimits, compressedBytes: number): number {
  return Math.min(limits.maxBytes, Math.max(limits.freeBytes, compressedBytes * limits.maxRatio));
}

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** The shape kafkajs expects of a codec. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/**
 * GZIP with bounded output. kafkajs's own inflates without a bound, so that one batch of 1 MB could take 1 GB of memory.
 * A batch beyond the bound cannot be read, and kafkajs decodes whole batches, so there is no record to reject: the
 * error says so, is not retriable and ends the source.
 */
export function createGzipCodec(limits: GzipLimits = defaultGzipLimits): Codec {
  return {
    compress: encoder => deflate(encoder.buffer),
    decompress: async buffer => {
      const bound = gzipBound(limits, buffer.length);
      try {
        return await inflate(buffer, { maxOutputLength: bound });
      } catch (error) {
        throw unreadable(error, buffer.length, bound);
      }
    },
  };
}

function unreadable(error: unknown, bytes: number, bound: number): Error {
  const tooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
  const what = tooLarge ? `expands beyond ${bound} bytes` : `is damaged (${(error as Error).message})`;
  // No cause: kafkajs would show that one instead.
  return Object.assign(
    new LeewayError(
      'LW_SOURCE_CRASHED',
      `a gzip record batch of ${bytes} bytes ${what} and cannot be read; to pass over it, move the group's offset behind it`,
    ),
    { retriable: false },
  );
}

/** Puts the bounded codec in place of kafkajs's own, for the whole process. */
export function installGzipCodec(limits: GzipLimits = defaultGzipLimits): void {
  const codec = createGzipCodec(limits);
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => codec;
}
