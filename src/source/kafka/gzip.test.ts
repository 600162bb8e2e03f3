import { gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createGzipCodec, gzipBound, installGzipCodec } from './gzip.ts';

const limits = { maxBytes: 4_000_000, maxRatio: 100, freeBytes: 200_000 };

describe('bounded gzip', () => {
  it('gives back what was compressed', async () => {
    const codec = createGzipCodec(limits);
    const bytes = Buffer.from('{"a":1}'.repeat(1000));
    expect((await codec.decompress(await codec.compress({ buffer: bytes }))).equals(bytes)).toBe(true);
  });

  it('bounds the output by ratio, with a free allowance below and a cap above', () => {
    expect(gzipBound(limits, 10)).toBe(200_000);
    expect(gzipBound(limits, 10_000)).toBe(1_000_000);
    expect(gzipBound(limits, 1_000_000)).toBe(4_000_000);
  });

  it('lets a small batch of repetitive text expand beyond the ratio', async () => {
    const bytes = Buffer.alloc(200_000, 'a');
    const packed = gzipSync(bytes);
    expect(bytes.length / packed.length).toBeGreaterThan(limits.maxRatio);
    expect((await createGzipCodec(limits).decompress(packed)).length).toBe(200_000);
  });

  it('refuses a bomb before it takes the memory, with a line that says what to do', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const before = process.memoryUsage().arrayBuffers;
    await expect(createGzipCodec(limits).decompress(bomb)).rejects.toMatchObject({
      code: 'LW_SOURCE_CRASHED',
      retriable: false,
      message: expect.stringContaining("move the group's offset"),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  });

  it('says that a batch is damaged', async () => {
    await expect(createGzipCodec(limits).decompress(Buffer.from('not gzip'))).rejects.toThrow(/damaged/);
  });

  it('takes the place of the codec kafkajs uses', async () => {
    installGzipCodec(limits);
    const codec = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP]();
    await expect(codec.decompress(gzipSync(Buffer.alloc(50_000_000)))).rejects.toThrow(
      /expands beyond 4000000 bytes/,
    );
  });
});
