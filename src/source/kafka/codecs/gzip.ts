import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Decompress, TooLarge } from './codec.ts';

const inflate = promisify(gunzip);

export const compressGzip: (input: Buffer) => Promise<Buffer> = promisify(gzip);

/** kafkajs's own inflates without a bound, so that one batch of 1 MB could take 1 GB of memory. */
export const decompressGzip: Decompress = async (input, bound) => {
  try {
    return await inflate(input, { maxOutputLength: bound });
  } catch (error) {
    throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge() : error;
  }
};
