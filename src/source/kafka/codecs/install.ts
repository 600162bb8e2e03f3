import kafkajs from 'kafkajs';
import { type Codec, createCodec } from './codec.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { type CodecLimits, defaultCodecLimits } from './limits.ts';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';
import { decompressZstd } from './zstd.ts';

/** Every codec Kafka knows, by kafkajs's number of it. */
export function createCodecs(limits: CodecLimits = defaultCodecLimits): ReadonlyMap<number, Codec> {
  const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
  return new Map<number, Codec>([
    [GZIP, createCodec({ name: 'gzip', limits, decompress: decompressGzip, compress: compressGzip })],
    [Snappy, createCodec({ name: 'snappy', limits, decompress: decompressSnappy })],
    [LZ4, createCodec({ name: 'lz4', limits, decompress: decompressLz4 })],
    [ZSTD, createCodec({ name: 'zstd', limits, decompress: decompressZstd })],
  ]);
}

/** Puts the bounded codecs in place of kafkajs's own gzip and of the three it has not, for the whole process. */
export function installCodecs(limits: CodecLimits = defaultCodecLimits): void {
  const installed: Record<number, () => Codec> = kafkajs.CompressionCodecs;
  for (const [type, codec] of createCodecs(limits)) installed[type] = () => codec;
}
