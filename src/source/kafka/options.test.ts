import { describe, expect, it } from 'vitest';
import { chooseTopics, consumerConfig, defaultKafkaTuning, fetchSizes } from './options.ts';

describe('topics', () => {
  const existing = ['__consumer_offsets', 'infer-a', 'infer-b', 'other'];

  it('reads named topics that exist and tells which do not', () => {
    expect(chooseTopics({ topics: ['other', 'gone'], pattern: null }, existing)).toEqual({
      topics: ['other'],
      missing: ['gone'],
    });
  });

  it('matches whole names, each once, never those of Kafka itself', () => {
    expect(chooseTopics({ topics: ['infer-a'], pattern: 'infer-.' }, existing).topics).toEqual([
      'infer-a',
      'infer-b',
    ]);
    expect(chooseTopics({ topics: [], pattern: 'infer' }, existing).topics).toEqual([]);
    expect(chooseTopics({ topics: [], pattern: '.*' }, existing).topics).not.toContain('__consumer_offsets');
    expect(chooseTopics({ topics: [], pattern: 'x|other' }, existing).topics).toEqual(['other']);
  });
});

describe('consumer settings', () => {
  it('never creates topics and leaves restarts to Leeway', async () => {
    const options = {
      name: 'kafka',
      brokers: ['b'],
      clientId: 'c',
      group: 'g',
      topics: ['t'],
      pattern: null,
      tuning: defaultKafkaTuning,
      security: {},
    };
    const config = consumerConfig(options, 1);
    expect(config.allowAutoTopicCreation).toBe(false);
    expect(await config.retry!.restartOnFailure!(new Error('x'))).toBe(false);
    expect(config.heartbeatInterval!).toBeLessThan(config.sessionTimeout! / 3);
  });
});

describe('sizes of a fetch', () => {
  const { maxBytes: most, maxBytesPerPartition: each } = defaultKafkaTuning;
  it.each([1, 3, 4, 5, 12, 28, 29, 64, 111])('leaves a place for each of %i partitions', count => {
    const sizes = fetchSizes(defaultKafkaTuning, count);
    expect(sizes.maxBytesPerPartition * count).toBeLessThanOrEqual(sizes.maxBytes);
    expect(sizes.maxBytesPerPartition).toBeLessThanOrEqual(each);
    // The largest record batch a broker takes unless told otherwise.
    expect(sizes.maxBytesPerPartition).toBeGreaterThan(1_048_588);
  });
  it('is as configured for a few, and bounded for very many', () => {
    expect(fetchSizes(defaultKafkaTuning, 4)).toEqual({ maxBytes: most, maxBytesPerPartition: each });
    expect(fetchSizes(defaultKafkaTuning, 0)).toEqual({ maxBytes: most, maxBytesPerPartition: each });
    expect(fetchSizes(defaultKafkaTuning, 5000).maxBytes).toBe(128 * 1024 * 1024);
  });
});
