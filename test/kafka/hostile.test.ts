import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { usedHeap } from '../hostile/memory.ts';
import { createDraw, createMutations } from '../hostile/mutations.ts';
import { prototypeNames } from '../hostile/prototypes.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { until } from './harness.ts';

const inputs = Number(process.env['LEEWAY_FUZZ_KAFKA'] ?? 70_000);
const seed = Number(process.env['LEEWAY_SEED'] ?? 20_261_121);
const topic = `hostile-${systemClock.now()}`;

describe.skipIf(!kafkaAvailable())('spoilt payloads over Kafka', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-hostile-kafka-'));
  let broker: Broker;
  let app: App;

  beforeAll(async () => {
    broker = await startBroker();
    const config = loadConfig(null, {
      data: join(directory, 'data'),
      listen: { host: '127.0.0.1', port: 0 },
      log: { level: 'silent' },
      sources: [
        {
          name: 'hostile',
          type: 'kafka',
          brokers: broker.brokers,
          topics: [topic],
          group: topic,
          unknownKeys: 'ignore',
          sessionSeconds: 30,
          heartbeatSeconds: 3,
          tls: false,
        },
      ],
    });
    const kafka = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await admin.disconnect();
    app = await startApp(config, { logs: 'silent', scheduled: false });
  });
  afterAll(async () => {
    await app?.stop();
    await broker?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  it(`${inputs} of them are each stored or listed with a reason; nothing grows, nothing stops`, async () => {
    const before = prototypeNames();
    const kafka = new kafkajs.Kafka({ brokers: broker.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const draw = createDraw(seed);
    const next = createMutations(seed, systemClock.now());
    const read = async (sql: string) =>
      Number((await app.storage.database.rows<{ n: string }>(sql.replaceAll('{db}', app.storage.db)))[0]!.n);
    const offsets = () =>
      read(
        `SELECT sum(toUInt64OrZero(splitByChar('/', position)[-1]) + 1) AS n FROM {db}.progress FINAL WHERE source = 'hostile'`,
      );
    let tombstones = 0;
    let heap = 0;
    for (let sent = 0; sent < inputs; ) {
      const size = Math.min(5000, inputs - sent);
      const messages = Array.from({ length: size }, () => {
        const value = draw(50) === 0 ? null : next();
        if (value === null) tombstones++;
        const headers = draw(10) === 0 ? { ['__proto__']: 'x', 'content-type': next().subarray(0, 40) } : {};
        return { key: draw(3) === 0 ? next().subarray(0, 20) : null, value, headers };
      });
      await producer.send({ topic, messages });
      sent += size;
      if (heap === 0 && sent >= inputs / 4) {
        await until('the first quarter is read', async () => (await offsets()) >= sent, 120);
        heap = usedHeap();
      }
    }
    await producer.disconnect();
    await until('everything is read', async () => (await offsets()) === inputs, 300);
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    const total = (pattern: RegExp) =>
      [...metrics.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
    const ignored = total(/^leeway_ignored_total\{.*tombstone.*\} (\d+)$/gm);
    const rejected = total(/^leeway_rejects_total\{.*\} (\d+)$/gm);
    const stored = total(/^leeway_rows_stored_total\{.*\} (\d+)$/gm);
    const labels = total(/^leeway_labels_stored_total (\d+)$/gm);
    expect(ignored).toBe(tombstones);
    expect(await read('SELECT count() AS n FROM {db}.rejects FINAL')).toBe(rejected);
    expect(stored).toBeGreaterThan(inputs / 20);
    // Every record gives one outcome at least.
    expect(ignored + rejected + stored + labels).toBeGreaterThanOrEqual(inputs);
    expect(prototypeNames()).toEqual(before);
    expect(usedHeap() - heap).toBeLessThan(32 * 1024 * 1024);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  }, 900_000);
});
