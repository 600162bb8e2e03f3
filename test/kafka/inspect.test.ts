import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaLines } from '../../src/app/doctor/kafka.ts';
import { inspectKafka } from '../../src/source/kafka/inspect.ts';
import type { KafkaOptions } from '../../src/source/kafka/options.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, quickTuning, startReader, type Tools, until } from './harness.ts';

describe.skipIf(!kafkaAvailable())('what the doctor sees of a real broker', () => {
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

  it('topics, lag and the group, without joining it; a topic that is not there is named and not made', async () => {
    const [topic, group, absent] = [fresh('infer'), fresh('g'), fresh('absent')];
    await tools.admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await tools.producer.send({
      topic,
      messages: Array.from({ length: 30 }, (_, i) => ({ partition: i % 2, value: `v${i}` })),
    });
    const options: KafkaOptions = {
      name: 'payloads',
      brokers: broker.brokers,
      clientId: 'leeway-payloads',
      group,
      topics: [topic, absent],
      pattern: null,
      tuning: quickTuning,
      security: {},
    };
    const before = await inspectKafka(options);
    expect(before).toMatchObject({
      brokers: 1,
      topics: [{ topic, partitions: 2, lag: 30 }],
      missing: [absent],
      refused: [],
    });
    expect(before.group?.members).toBe(0);
    const reader = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until(
      'all is read and committed',
      () => reader.bodies().length >= 30 && reader.seen('offsetCommitted').length >= 2,
    );
    const during = await inspectKafka(options);
    expect(during).toMatchObject({ topics: [{ lag: 0 }], group: { state: 'Stable', members: 1 } });
    const lines = await kafkaLines([options]);
    expect(lines.map(({ level, check }) => `${level} ${check}`)).toEqual([
      'ok brokers',
      'warn topics',
      'ok lag',
      'ok group',
    ]);
    await reader.source.stop();
    expect(await tools.admin.listTopics()).not.toContain(absent);
  }, 60_000);
});
