import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { App } from '../../src/app.ts';
import type { SourceConfig } from '../../src/config/schema.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Intake } from '../../src/source/ports.ts';
import { startBroker } from '../../test/kafka/broker.ts';
import type { ProgressLine } from './progress.ts';

/** The replay's rows take the way of production: a producer, a real broker, Leeway's consumer. */
export interface KafkaLine {
  readonly sources: SourceConfig[];
  /** Where the replay delivers: a producer. */
  readonly intake: Intake;
  /** Resolves when Leeway has stored as many rows as were sent. */
  consumed(app: App, rows: number): Promise<void>;
  stop(): Promise<void>;
}

const partitions = 4;

/** Starts a broker (or uses KAFKA_BROKERS) and makes a topic of its own. */
export async function openKafkaLine(line: ProgressLine): Promise<KafkaLine> {
  line.say('starting a Kafka broker (the first time its jars are fetched from Maven Central)');
  const broker = await startBroker();
  const kafka = new Kafka({ clientId: 'demo', brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
  const topic = `demo-${randomUUID().slice(0, 8)}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  line.say(`broker ${broker.brokers.join(', ')}, topic ${topic} with ${partitions} partitions`);
  return {
    sources: [
      {
        name: 'kafka',
        type: 'kafka',
        brokers: [...broker.brokers],
        topics: [topic],
        group: topic,
        sessionSeconds: 30,
        heartbeatSeconds: 3,
        tls: false,
        unknownKeys: 'ignore',
      },
    ],
    intake: {
      store: async ({ records }) => {
        await producer.send({
          topic,
          messages: records.map(record => ({ value: Buffer.from(record.body ?? []) })),
        });
      },
      measured: () => undefined,
      crashed: error => line.say(error.message),
    },
    consumed: async (app, rows) => {
      for (;;) {
        const [count] = await app.storage.database.rows<{ n: string }>(
          `SELECT uniqExact(id) AS n FROM ${app.storage.db}.inferences WHERE source = 'kafka'`,
        );
        if (Number(count?.n) >= rows) return;
        await systemClock.sleep(50);
      }
    },
    stop: async () => {
      await producer.disconnect();
      await broker.remove();
    },
  };
}
