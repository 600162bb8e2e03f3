import { randomUUID } from 'node:crypto';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { createPipeline } from '../src/app/pipeline.ts';
import { createDecoder } from '../src/decode/decoder.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createKafkaSource } from '../src/source/kafka/consumer.ts';
import { defaultKafkaTuning } from '../src/source/kafka/options.ts';
import type { Intake } from '../src/source/ports.ts';
import { chunks } from '../src/store/inferences.ts';
import { measure } from './cpu.ts';
import { byName, peakMemory, type Report } from './figure.ts';
import { parseAll } from './ingest.ts';
import { featureCount, payloads } from './records.ts';
import { type Bench, openBench } from './store.ts';

export interface KafkaBenchOptions {
  readonly brokers: readonly string[];
  /** Topic of plain batches, and one of gzipped ones with the same records. */
  readonly plain: string;
  readonly gzip: string;
  readonly records: number;
  readonly runs: number;
}

const partitions = 4;
/** Records of one batch of the producer. */
const sendAtOnce = 500;
/** Records that JSON.parse alone is measured on. */
const parsedAlone = 20_000;

/** Fills both topics. Runs in a process of its own, so that its CPU and memory are not those of Leeway. */
export async function produce({ brokers, plain, gzip, records }: KafkaBenchOptions): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = [plain, gzip].map(topic => ({ topic, numPartitions: partitions }));
  await admin.createTopics({ topics, waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const to = systemClock.now();
  const bodies = payloads(records, { from: to - 3_600_000, to });
  for (const [topic, compression] of [
    [plain, CompressionTypes.None],
    [gzip, CompressionTypes.GZIP],
  ] as const)
    for (const [i, part] of chunks(bodies, sendAtOnce).entries())
      await producer.send({
        topic,
        compression,
        messages: part.map(value => ({ value, partition: i % partitions })),
      });
  await producer.disconnect();
}

/** A record from a real broker to stored and marked, by the service's own source, decoder and intake. */
export async function consuming(options: KafkaBenchOptions): Promise<Report> {
  const bench = await openBench();
  const to = systemClock.now();
  const texts = payloads(parsedAlone, { from: to - 3_600_000, to }).map(body => body.toString('utf8'));
  const results: Record<string, number>[] = [];
  for (let run = 0; run <= options.runs; run++) {
    const result = {
      plain: (await consume(bench, options, { topic: options.plain, stores: true })).cpu,
      gzip: (await consume(bench, options, { topic: options.gzip, stores: true })).cpu,
      'fetch plain': (await consume(bench, options, { topic: options.plain, stores: false })).cpu,
      'fetch gzip': (await consume(bench, options, { topic: options.gzip, stores: false })).cpu,
      parse: ((await measure(() => parseAll(texts))).cpuSeconds / parsedAlone) * 1e6,
    };
    await bench.settled();
    if (run > 0) results.push(result);
  }
  await bench.close();
  const parts = byName(results);
  const of = (name: string) => parts.get(name)!;
  const ratio = (name: string) => ({
    to: 'JSON.parse',
    values: of(name).map((value, i) => value / of('parse')[i]!),
  });
  const unit = 'us of CPU a record';
  const goal = { value: 10, better: 'less' } as const;
  return {
    figures: [
      { name: 'Kafka to stored', unit, values: of('plain'), goal, ratio: ratio('plain') },
      { name: 'Kafka to stored, gzip batches', unit, values: of('gzip'), ratio: ratio('gzip') },
      peakMemory('Kafka to stored'),
    ],
    breakdowns: [
      {
        title: 'A record from the broker into the process (fetched and thrown away)',
        unit: 'us of CPU',
        parts: [
          { name: 'fetch, plain batches', values: of('fetch plain') },
          { name: 'fetch and decompress, gzip batches', values: of('fetch gzip') },
        ],
      },
    ],
    notes: [
      `Kafka: ${options.records} records of ${featureCount} features in ${partitions} partitions of a real broker (another process, its CPU is not counted), read by a new consumer group a run with the service's own source, decoder and intake; ${options.runs} runs after one to warm up. Joining the group, marks, progress and commits are counted.`,
    ],
  };
}

async function consume(
  bench: Bench,
  { brokers, records }: KafkaBenchOptions,
  { topic, stores }: { topic: string; stores: boolean },
): Promise<{ readonly cpu: number }> {
  const { events } = bench;
  const intake = await bench.intake();
  const source = createKafkaSource({
    options: {
      name: 'kafka',
      brokers,
      clientId: 'bench',
      group: `bench-${randomUUID()}`,
      topics: [topic],
      pattern: null,
      tuning: defaultKafkaTuning,
      security: {},
    },
    clock: systemClock,
    random: Math.random,
    events,
  });
  const decoder = createDecoder();
  const { cpuSeconds } = await measure(
    () =>
      new Promise<void>((resolve, reject) => {
        const pipeline = createPipeline({
          decoderOf: () => decoder,
          intake,
          clock: systemClock,
          events,
          linger: true,
          crashed: reject,
        });
        let seen = 0;
        const counted: Intake = {
          ...pipeline,
          store: async (batch, signal) => {
            if (stores) await pipeline.store(batch, signal);
            seen += batch.records.length;
            if (seen >= records) resolve();
          },
        };
        source.start(counted).catch(reject);
      }),
  );
  await source.stop();
  await intake.stop();
  return { cpu: (cpuSeconds / records) * 1e6 };
}
