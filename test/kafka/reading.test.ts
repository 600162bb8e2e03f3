import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, pause, startReader, type Tools, until } from './harness.ts';

describe.skipIf(!kafkaAvailable())('reading from a real broker', () => {
  let broker: Broker;
  let tools: Tools;
  beforeAll(async () => {
    broker = await startBroker();
    tools = await createTools(broker.brokers);
  });
  afterAll(async () => {
    await tools?.close();
    await broker?.remove();
  });
  const topicOf = async (partitions: number, config: Record<string, string> = {}) => {
    const topic = fresh('infer');
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await tools.admin.createTopics({
      topics: [{ topic, numPartitions: partitions, configEntries }],
      waitForLeaders: true,
    });
    return topic;
  };
  const numbers = (n: number, from = 0) => Array.from({ length: n }, (_, i) => String(from + i));
  const send = (topic: string, values: readonly (string | null)[], partition?: number) =>
    tools.producer.send({
      topic,
      messages: values.map(value => ({ value, ...(partition === undefined ? {} : { partition }) })),
    });

  it('reads every partition from the beginning, commits what is stored, measures lag down to 0', async () => {
    const topic = await topicOf(3);
    for (const partition of [0, 1]) await send(topic, numbers(500, partition * 1000), partition);
    const group = fresh('g');
    const reader = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('all is stored', () => reader.bodies().length === 1000);
    await until('all is committed', async () => String(await tools.committed(group, topic)) === '500,500,-1');
    await until('the empty partition is measured', () =>
      reader.lags.some(l => l.partition.endsWith('/2') && l.lag === 0),
    );
    await until('a read one too', () =>
      reader.lags.some(l => l.position.endsWith(`/${topic}/0/499`) && l.lag === 0),
    );
    const cluster = (await tools.admin.describeCluster()).clusterId;
    const record = reader.batches.find(b => b.partition === `${cluster}/${topic}/1`)!.records[0]!;
    expect(record.position).toBe(`${cluster}/${topic}/1/0`);
    expect(record.fallbackId).toBe(`kafka/${record.position}`);
    expect(record.time!).toBeGreaterThan(1.7e12);
    expect([...new Set(reader.bodies())]).toHaveLength(1000);
    await reader.source.stop();
    expect(reader.source.state).toBe('stopped');
    expect(reader.seen('partitionLost')).toEqual([]);
  });

  it('goes on where it had committed, without reading again', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, numbers(10));
    const first = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('10 committed', async () => (await tools.committed(group, topic))[0] === 10);
    await first.source.stop();
    await send(topic, numbers(5, 10));
    const second = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('the rest is stored', () => second.bodies().length >= 5);
    expect(second.bodies()).toEqual(numbers(5, 10));
    await second.source.stop();
  });

  it('commits nothing before the sink resolved, and gives the batch again to the next consumer', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, numbers(10));
    const seen: string[] = [];
    const stuck = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      store: (batch, signal) => {
        seen.push(batch.lastPosition);
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    await until('the sink has it', () => seen.length > 0);
    await pause(1_500);
    expect(await tools.committed(group, topic)).toEqual([-1]);
    const began = Date.now();
    await stuck.source.stop();
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await tools.committed(group, topic)).toEqual([-1]);
    expect(seen).toHaveLength(1);
    const next = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('redelivered', () => next.bodies().length === 10);
    await next.source.stop();
  });

  it('finishes and commits the batch in hand when stopped', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, numbers(10));
    const handed: string[] = [];
    const reader = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      store: async batch => {
        handed.push(batch.lastPosition);
        await pause(1_000);
      },
    });
    await until('the sink has it', () => handed.length > 0);
    await reader.source.stop();
    expect(reader.bodies()).toHaveLength(10);
    expect(await tools.committed(group, topic)).toEqual([10]);
  });

  it('gives a batch again that the sink could not store, until it could', async () => {
    const topic = await topicOf(1);
    await send(topic, numbers(10));
    let attempts = 0;
    const group = fresh('g');
    const reader = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      store: async () => {
        if (++attempts < 3) throw new Error('store is away');
      },
    });
    await until('stored', () => reader.bodies().length === 10);
    expect(attempts).toBe(3);
    await until('committed', async () => (await tools.committed(group, topic))[0] === 10);
    expect(reader.crashes).toEqual([]);
    await reader.source.stop();
  });

  it('ends with a clear line when the sink fails for good', async () => {
    const topic = await topicOf(2);
    await send(topic, numbers(10), 0);
    await send(topic, numbers(10), 1);
    const group = fresh('g');
    const reader = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      // The other partition's batch never settles: it must not hold the end up.
      store: batch =>
        batch.partition.endsWith('/1')
          ? Promise.reject(Object.assign(new Error('engine aborted'), { failure: 'fatal' }))
          : new Promise(() => {}),
    });
    await until('it crashed', () => reader.crashes.length > 0);
    expect(reader.crashes[0]!.code).toBe('LW_SOURCE_CRASHED');
    expect(reader.crashes[0]!.message).toContain('engine aborted');
    expect(reader.source.state).toBe('crashed');
    expect(await tools.committed(group, topic)).toEqual([-1, -1]);
    await reader.source.stop();
  });

  it('reads gzip batches, and batches larger than its limit per partition', async () => {
    const topic = await topicOf(1);
    await tools.producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: numbers(1000).map(value => ({ value })),
    });
    await send(topic, ['x'.repeat(200_000), 'y'.repeat(200_000), 'end']);
    const group = fresh('g');
    const reader = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      tuning: { maxBytesPerPartition: 10_000 },
    });
    await until('all is stored', () => reader.bodies().length === 1003);
    expect(reader.bodies().slice(0, 1000)).toEqual(numbers(1000));
    expect(reader.bodies().at(-1)).toBe('end');
    await reader.source.stop();
  });

  it('ends with a clear line on a gzip bomb instead of inflating it', async () => {
    const topic = await topicOf(1);
    const bomb = Buffer.alloc(40_000_000);
    await tools.producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: [{ value: bomb }],
    });
    const codecs = { maxBytes: 10_000_000, maxRatio: 100, freeBytes: 1_000_000 };
    const reader = await startReader({
      brokers: broker.brokers,
      group: fresh('g'),
      topics: [topic],
      tuning: { codecs },
    });
    await until('it crashed', () => reader.crashes.length > 0);
    expect(reader.crashes[0]!.message).toMatch(/gzip record batch of \d+ bytes expands beyond \d+ bytes/);
    expect(reader.seen('sourceCrashed')).toMatchObject([{ restarts: false }]);
    await reader.source.stop();
  });

  it('delivers tombstones as records without a body', async () => {
    const topic = await topicOf(1);
    await tools.producer.send({
      topic,
      messages: [
        { key: 'a', value: 'v' },
        { key: 'a', value: null },
      ],
    });
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('both are there', () => reader.bodies().length === 2);
    expect(reader.bodies()).toEqual(['v', null]);
    await reader.source.stop();
  });

  it('passes over transaction markers and aborted records, and still reaches lag 0', async () => {
    const topic = await topicOf(1);
    const producer = tools.kafka.producer({
      transactionalId: fresh('tx'),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const committedTx = await producer.transaction();
    await committedTx.send({ topic, messages: [{ value: 'kept' }] });
    await committedTx.commit();
    const abortedTx = await producer.transaction();
    await abortedTx.send({ topic, messages: [{ value: 'undone' }] });
    await abortedTx.abort();
    await producer.disconnect();
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('lag is 0', () => reader.lags.some(l => l.lag === 0 && l.position !== ''));
    expect(reader.bodies()).toEqual(['kept']);
    await reader.source.stop();
  });

  it('reads topics by pattern, and a new one soon after it is made', async () => {
    const prefix = fresh('pat');
    const make = async (name: string) => {
      await tools.admin.createTopics({ topics: [{ topic: name, numPartitions: 1 }] });
      await send(name, [name]);
    };
    await make(`${prefix}-a`);
    await make(`other-${prefix}-x`);
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), pattern: `${prefix}-.*` });
    await until('the first is read', () => reader.bodies().includes(`${prefix}-a`));
    await make(`${prefix}-b`);
    await until('the new one is read', () => reader.bodies().includes(`${prefix}-b`));
    expect(reader.bodies().filter(b => b!.startsWith('other'))).toEqual([]);
    await reader.source.stop();
  });

  it('reads partitions added to a topic, from their beginning', async () => {
    const topic = await topicOf(1);
    await send(topic, ['old']);
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('the first is read', () => reader.bodies().length === 1);
    await tools.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await until(
      'it can be written to',
      // Until it has a leader, the question for it is refused.
      async () => (await tools.admin.fetchTopicOffsets(topic).catch(() => [])).length === 3,
    );
    const writer = await createTools(broker.brokers);
    await writer.producer.send({ topic, messages: [{ partition: 2, value: 'new' }] });
    await writer.close();
    await until('the new one is read', () => reader.bodies().includes('new'));
    await reader.source.stop();
  });

  it('says that a topic does not exist, does not make it, and reads it when it does', async () => {
    const topic = fresh('late');
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('it is said', () => reader.seen('problemOccurred').length > 0);
    expect(JSON.stringify(reader.seen('problemOccurred')[0])).toContain(`no topic ${topic}`);
    await pause(1_000);
    expect(await tools.admin.listTopics()).not.toContain(topic);
    await tools.admin.createTopics({ topics: [{ topic }] });
    await send(topic, ['there']);
    await until('it is read', () => reader.bodies().includes('there'));
    await reader.source.stop();
  });

  it('reads nothing while paused, keeps its place in the group, and goes on after', async () => {
    const topic = await topicOf(1);
    await send(topic, ['before']);
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('the first is read', () => reader.bodies().length === 1);
    reader.source.pause('writer behind');
    expect(reader.source.state).toBe('paused');
    await pause(500);
    await send(topic, numbers(5));
    await pause(7_000);
    expect(reader.bodies()).toEqual(['before']);
    await until('the lag is seen', () => reader.lags.at(-1)?.lag === 5);
    expect(reader.seen('partitionLost')).toEqual([]);
    reader.source.resume();
    await until('the rest is read', () => reader.bodies().length === 6);
    expect(reader.seen('sourcePaused')).toHaveLength(1);
    await reader.source.stop();
  });

  it('stays paused when told before it has joined', async () => {
    const topic = await topicOf(1);
    await send(topic, numbers(5));
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    reader.source.pause('from the start');
    await until('it has joined', () => reader.seen('sourceStarted').length > 0);
    await pause(1_500);
    expect(reader.bodies()).toEqual([]);
    reader.source.resume();
    await until('all is read', () => reader.bodies().length === 5);
    await reader.source.stop();
  });

  it('reports a committed offset that the broker no longer has, and reads on at the earliest', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, numbers(10));
    await tools.admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '500' }] });
    const reader = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('all is read', () => reader.bodies().length === 10);
    expect(reader.seen('offsetReset')).toMatchObject([
      { source: 'kafka', partition: `${(await tools.admin.describeCluster()).clusterId}/${topic}/0` },
    ]);
    await until('committed', async () => (await tools.committed(group, topic))[0] === 10);
    await reader.source.stop();
  });

  it('reports records deleted by retention before they were read', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, numbers(10));
    await tools.admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '2' }] });
    await tools.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    const reader = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('the rest is read', () => reader.bodies().length >= 4);
    expect(reader.bodies()).toEqual(['6', '7', '8', '9']);
    expect(reader.seen('offsetReset')).toHaveLength(1);
    await reader.source.stop();
  });
});
