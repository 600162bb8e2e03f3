import { describe, expect, test } from 'vitest';
import type { Config, KafkaSourceConfig } from '../config/schema.ts';
import { createReading, type StoredProgress } from './reading.ts';

const now = 1_000_000_000;
const kafka = (part: Partial<KafkaSourceConfig>) =>
  ({ name: 'kafka', type: 'kafka', ...part }) as Config['sources'][number];
const row = (partition: string, part: Partial<StoredProgress> = {}): StoredProgress => ({
  source: 'kafka',
  partition: `cluster/${partition}`,
  position: '',
  watermark: 0,
  lag: 0,
  at: now,
  ...part,
});
const upTo = (rows: readonly StoredProgress[], ...sources: Config['sources'][number][]) =>
  createReading({ all: async () => rows }, { sources }, { kind: 'wall', now: () => now })();

describe('read up to', () => {
  test('is the least over all partitions: with lag the watermark, without when that was measured', async () => {
    const source = kafka({ topics: ['a', 'b.c'] });
    expect(await upTo([row('a/0'), row('b.c/1', { at: now - 5_000 })], source)).toBe(now - 5_000);
    expect(await upTo([row('a/0'), row('a/1', { lag: 3, watermark: now - 60_000 })], source)).toBe(
      now - 60_000,
    );
    expect(await upTo([row('a/0', { at: now + 9_000 })], source)).toBe(now);
    expect(await upTo([], source)).toBe(0);
    expect(await upTo([])).toBe(now);
  });

  test('a partition whose topic is not read any more does not hold windows up for ever', async () => {
    const old = row('old/0', { lag: 7, watermark: 5 });
    expect(await upTo([row('a/0'), old], kafka({ topics: ['a'] }))).toBe(now);
    expect(await upTo([row('a-1/0'), old], kafka({ pattern: 'a-.' }))).toBe(now);
    expect(await upTo([row('a-1/0'), old], kafka({ pattern: 'a-.|old' }))).toBe(5);
  });

  test('nor do those of a cluster that was replaced', async () => {
    const former = row('', { partition: 'former/a/0', lag: 7, watermark: 5, at: now - 1 });
    expect(await upTo([former, row('a/0')], kafka({ topics: ['a'] }))).toBe(now);
  });

  test('what is removed to be read again is not read, from the first time it may change', async () => {
    const source = kafka({ topics: ['a'] });
    const note = row('a/0', { source: 'reingest:kafka', lag: 9, watermark: now - 7_000 });
    expect(await upTo([row('a/0'), note], source)).toBe(now - 7_000);
    expect(await upTo([row('a/0'), { ...note, lag: 0 }], source)).toBe(now);
    expect(await upTo([row('a/0'), { ...note, source: 'reingest:other' }], source)).toBe(now);
  });
});
