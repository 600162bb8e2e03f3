import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, startReader, type Tools, until } from './harness.ts';

const rows = 5_000;

/** Lines of JSON as services send them, with digests between so that not all of it compresses well. */
const lines = Array.from({ length: rows }, (_, i) =>
  JSON.stringify({
    id: `request-${i}`,
    model: 'churn',
    time: 1_790_000_000_000 + i * 37,
    features: { age: (i * 7) % 90, income: 20_000 + ((i * 7919) % 80_000), city: ['berlin', 'paris'][i % 2] },
    note: i % 50 === 0 ? 'x'.repeat(4_000) : createHash('sha256').update(String(i)).digest('base64'),
    prediction: { label: i % 3 === 0 ? 'stays' : 'leaves', scores: { stays: (i % 100) / 100 } },
  }),
);

describe.skipIf(!kafkaAvailable())("record batches of Kafka's own producer", () => {
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

  it('are read byte for byte in every codec, small ones and large ones', async () => {
    await Promise.all(
      ['gzip', 'snappy', 'lz4', 'zstd'].map(async codec => {
        const topic = fresh(codec);
        await tools.admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
        await broker.tool(
          'org.apache.kafka.tools.ConsoleProducer',
          [
            ['--bootstrap-server', broker.brokers.join()],
            ['--topic', topic],
            ['--compression-codec', codec],
            // Without waiting: a few records at first, then what gathers while a request is under way.
            ['--batch-size', '900000'],
            ['--timeout', '0'],
          ].flat(),
          `${lines.join('\n')}\n`,
        );
        const group = fresh('g');
        const reader = await startReader({ brokers: broker.brokers, group, topics: [topic] });
        await until(`${codec} is read`, () => reader.bodies().length >= rows);
        expect([codec, reader.crashes, reader.seen('problemOccurred')]).toEqual([codec, [], []]);
        const wrong = reader.bodies().findIndex((body, i) => body !== lines[i]);
        expect([codec, wrong, reader.bodies().length]).toEqual([codec, -1, rows]);
        await until('committed', async () => (await tools.committed(group, topic))[0] === rows);
        await reader.source.stop();
      }),
    );
  });
});
