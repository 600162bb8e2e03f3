import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecoders } from '../../src/app/decoders.ts';
import { kafkaOptions } from '../../src/app/kafka-options.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { KafkaSourceConfig } from '../../src/config/schema.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, pause, startReader, type Tools, until } from './harness.ts';

describe.skipIf(!kafkaAvailable())('topics of every kind', () => {
  let broker: Broker;
  let tools: Tools;
  beforeAll(async () => {
    broker = await startBroker({ 'log.cleaner.backoff.ms': '100', 'log.cleaner.threads': '1' });
    tools = await createTools(broker.brokers);
  });
  afterAll(async () => {
    await tools?.close();
    await broker?.remove();
  });
  const topicOf = async (name: string, partitions = 1, config: Record<string, string> = {}) => {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    await tools.admin.createTopics({
      topics: [{ topic: name, numPartitions: partitions, configEntries }],
      waitForLeaders: true,
    });
    return name;
  };
  const read = (topic: string, group = fresh('g'), more = {}) =>
    startReader({ brokers: broker.brokers, group, topics: [topic], ...more });

  it('reads a compacted topic to its end: gaps, tombstones, lag 0, and nothing twice', async () => {
    const topic = await topicOf(fresh('compact'), 1, {
      'cleanup.policy': 'compact',
      'segment.ms': '300',
      'min.cleanable.dirty.ratio': '0.001',
      'delete.retention.ms': '600000',
    });
    const send = (from: number, to: number, key: (i: number) => string) =>
      tools.producer.send({
        topic,
        messages: Array.from({ length: to - from }, (_, n) => {
          const i = from + n;
          return { key: key(i), value: i % 100 === 39 ? null : `v${i}` };
        }),
      });
    // The last records of the first batches are written over later, so that those batches end in a gap.
    for (const from of [0, 200, 400]) await send(from, from + 200, i => `k${i % 40}`);
    await send(600, 640, i => `k${i % 40}`);
    await pause(400);
    // A new segment begins: only those before it are cleaned.
    await tools.producer.send({ topic, messages: [{ key: 'end', value: 'end' }] });
    const high = 641;
    let survivors: (string | null)[] = [];
    let group = '';
    await until('it is compacted, and read to its end', async () => {
      group = fresh('g');
      const reader = await read(topic, group);
      await until('the end is read', () => reader.bodies().at(-1) === 'end');
      await until('lag is 0', () =>
        reader.lags.some(l => l.lag === 0 && l.position.endsWith(`/${high - 1}`)),
      );
      await until('committed', async () => (await tools.committed(group, topic))[0] === high);
      await reader.source.stop();
      expect(reader.seen('offsetReset')).toEqual([]);
      expect(reader.lags.every(l => l.lag >= 0 && l.lag <= high)).toBe(true);
      survivors = reader.bodies();
      return survivors.length < 100;
    });
    expect(survivors.filter(body => body !== 'end')).toEqual(
      Array.from({ length: 40 }, (_, n) => (n === 39 ? null : `v${600 + n}`)),
    );
    const again = await read(topic, group);
    await until('its place is known', () => again.lags.some(l => l.lag === 0 && l.position !== ''));
    expect(again.bodies()).toEqual([]);
    await again.source.stop();
  });

  it('tells exactly how many records are not stored yet', async () => {
    const topic = await topicOf(fresh('lag'));
    const send = (count: number) =>
      tools.producer.send({ topic, messages: Array.from({ length: count }, () => ({ value: 'v' })) });
    await send(10);
    const gate = { closed: false };
    const stored: number[] = [];
    const reader = await read(topic, fresh('g'), {
      store: async (batch: { records: readonly unknown[] }) => {
        while (gate.closed) await pause(20);
        stored.push(batch.records.length);
      },
    });
    await until('the first are stored', () => stored.length > 0);
    gate.closed = true;
    await send(17);
    await send(6);
    await until('23 are waiting', () => reader.lags.at(-1)?.lag === 23);
    gate.closed = false;
    await until('none is', () => reader.lags.at(-1)?.lag === 0);
    expect(stored.reduce((sum, n) => sum + n, 0)).toBe(33);
    await reader.source.stop();
  });

  it('reads every partition in turn, however large the backlog of the others', async () => {
    const topic = await topicOf(fresh('hot'), 6);
    const value = 'x'.repeat(1_000);
    for (let partition = 0; partition < 6; partition++)
      for (let sends = partition < 4 ? 30 : 1; sends > 0; sends--)
        await tools.producer.send({
          topic,
          acks: 1,
          messages: Array.from({ length: 10 }, () => ({ value, partition })),
        });
    const order: number[] = [];
    const reader = await read(topic, fresh('g'), {
      // Two partitions alone could fill an answer.
      tuning: { maxBytes: 60_000, maxBytesPerPartition: 30_000 },
      store: async (batch: { partition: string }) => {
        await pause(5);
        order.push(Number(batch.partition.split('/').at(-1)));
      },
    });
    await until('all is read', () => reader.bodies().length === 4 * 300 + 2 * 10);
    await reader.source.stop();
    expect(new Set(order.slice(0, 6))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    // The four with a backlog go on side by side: none is a round ahead of another.
    const rounds = [0, 1, 2, 3].map(p => order.filter((one, at) => one === p && at < 30).length);
    expect(Math.max(...rounds) - Math.min(...rounds)).toBeLessThanOrEqual(1);
  });

  it('takes the model from the topic, before what the payload says', async () => {
    const prefix = fresh('inference');
    const directory = mkdtempSync(join(tmpdir(), 'leeway-topics-'));
    const file = join(directory, 'leeway.yaml');
    writeFileSync(
      file,
      `sources: [{name: kafka, type: kafka, brokers: ["${broker.brokers[0]}"], pattern: '${prefix}\\.(?<model>.+)', modelFrom: topic}]`,
    );
    const config = loadConfig(file);
    rmSync(directory, { recursive: true });
    for (const model of ['churn', 'fraud.v2']) {
      const topic = await topicOf(`${prefix}.${model}`);
      const rows = [{ features: { a: 1 } }, { model: 'other', features: { a: 2 } }];
      await tools.producer.send({ topic, messages: rows.map(row => ({ value: JSON.stringify(row) })) });
    }
    const { brokers, pattern, modelOf } = kafkaOptions(config.sources[0] as KafkaSourceConfig);
    const reader = await startReader({ brokers, pattern: pattern!, modelOf: modelOf!, group: fresh('g') });
    await until('all is read', () => reader.bodies().length === 4);
    await reader.source.stop();
    const decoder = createDecoders(config).of('kafka');
    const models = reader.batches
      .flatMap(b => b.records)
      .map(record => {
        const [outcome] = decoder.decode(record, Date.now());
        return outcome!.kind === 'inference' ? outcome!.inference.model : outcome!.kind;
      });
    expect(models.sort()).toEqual(['churn', 'churn', 'fraud.v2', 'fraud.v2']);
  });

  it('reads several sources side by side; one that is paused or away does not hold the others up', async () => {
    const [one, two] = [await topicOf(fresh('one'), 2), await topicOf(fresh('two'))];
    const groups = [fresh('g'), fresh('g')] as const;
    const away = await startReader({ brokers: ['127.0.0.1:1'], group: groups[0], topics: [one] });
    const first = await read(one, groups[0]);
    const second = await read(two, groups[1]);
    second.source.pause('the test says so');
    for (const topic of [one, two])
      await tools.producer.send({ topic, messages: ['a', 'b', 'c'].map(value => ({ value })) });
    await until('the first has read', () => first.bodies().length === 3);
    expect(second.bodies()).toEqual([]);
    second.source.resume();
    await until('the second has read', () => second.bodies().length === 3);
    await until('the third says why it does not', () => away.seen('problemOccurred').length > 0);
    expect([away.crashes, away.source.state]).toEqual([[], 'starting']);
    await Promise.all([first, second, away].map(reader => reader.source.stop()));
    expect(await tools.committed(groups[1], two)).toEqual([3]);
  });
});
