import { describe, expect, it } from 'vitest';
import { chooseTopics, consumerConfig, defaultKafkaTuning } from './options.ts';

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
    const config = consumerConfig({
      name: 'kafka',
      brokers: ['b'],
      clientId: 'c',
      group: 'g',
      topics: ['t'],
      pattern: null,
      tuning: defaultKafkaTuning,
      security: {},
    });
    expect(config.allowAutoTopicCreation).toBe(false);
    expect(await config.retry!.restartOnFailure!(new Error('x'))).toBe(false);
    expect(config.heartbeatInterval!).toBeLessThan(config.sessionTimeout! / 3);
  });
});
