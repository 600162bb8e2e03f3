import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../rig/start.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, pause, type Tools, until } from './harness.ts';
import { buildService, type LineService, startService } from './line-service.ts';
import { type LineStore, openLineStore } from './line-store.ts';
import { startHttpTraffic, startKafkaTraffic, type Traffic } from './line-traffic.ts';

const awaySeconds = Number(process.env['LEEWAY_AWAY_SECONDS'] ?? 20);

const skipped = !kafkaAvailable() || process.env['KAFKA_BROKERS'] !== undefined;

/** A service with a store or a broker that goes away under traffic, both from Kafka and over HTTP. */
describe.skipIf(skipped)('what the line stands on goes away', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-away-'));
  const group = fresh('g');
  const topic = fresh('away');
  let broker: Broker;
  let tools: Tools;
  let rig: Rig;
  let store: LineStore;
  let service: LineService;
  let url = '';
  let kafka: Traffic;
  let http: Traffic;
  const traffics: Traffic[] = [];

  beforeAll(async () => {
    buildService();
    const data = join(directory, 'store');
    [broker, rig] = await Promise.all([startBroker(), startRig({ directory: data })]);
    tools = await createTools(broker.brokers);
    await tools.admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
    store = await openLineStore(rig.url);
    await startAll();
  });
  // A test that failed leaves its traffic to the next one otherwise.
  afterEach(() => {
    for (const traffic of traffics) traffic.end();
  });
  afterAll(async () => {
    await service?.kill();
    await store?.close();
    await tools?.close();
    await rig?.kill();
    await broker?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const startAll = async () => {
    const source = {
      name: 'kafka',
      type: 'kafka',
      brokers: broker.brokers,
      topics: [topic],
      group,
      sessionSeconds: 6,
      heartbeatSeconds: 2,
    };
    service = startService({
      directory: join(directory, 'service'),
      roles: ['ingest', 'profile', 'detect', 'act'],
      config: { clickhouse: { url: rig.url }, sources: [source] },
    });
    url = await service.url;
  };
  const startTraffic = () => {
    kafka = startKafkaTraffic(tools, topic);
    http = startHttpTraffic(() => url);
    traffics.push(kafka, http);
  };
  const stopTraffic = async () => {
    await Promise.all([kafka.stop(), http.stop()]);
  };
  const restartRig = async () => {
    rig = await startRig({ directory: join(directory, 'store'), port: Number(new URL(rig.url).port) });
  };
  const readiness = async () => {
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, ...((await response.json()) as { reasons: string[] }) };
  };
  const isReady = async () => (await readiness()).status === 200;
  const metric = async (line: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find(each => each.startsWith(`${line} `))
        ?.slice(line.length + 1) ?? Number.NaN,
    );
  };
  const committed = async () =>
    (await tools.committed(group, topic)).reduce((sum, offset) => sum + Math.max(0, offset), 0);
  /** Records in the topic. */
  const written = async () =>
    (await tools.admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
  /** Everything that was ever acknowledged is stored, once. */
  const expectAll = async () => {
    await until('every record is committed', async () => (await committed()) === (await written()), 60);
    const ids = await store.ids();
    for (const [id, times] of ids) expect(times, id).toBe(1);
    for (const traffic of traffics)
      expect(
        [...traffic.sent].filter(([id]) => !ids.has(id)),
        'lost',
      ).toEqual([]);
    expect(await store.unmarked()).toBe(0);
    expect(service.log('source crashed').filter(line => line['restarts'] === false)).toEqual([]);
  };

  it(
    `loses nothing while the store is away for ${awaySeconds} s, and says so`,
    async () => {
      startTraffic();
      await until('both kinds are stored', async () => (await committed()) > 100 && http.sent.size > 10);
      expect(await readiness()).toEqual({ status: 200, ready: true, reasons: [] });
      expect(http.refusals).toEqual([]);
      await rig.kill();
      const began = performance.now();
      await until('it is not ready', async () => !(await isReady()), 10);
      expect((await readiness()).reasons).toEqual([
        'the store is away: rows wait, sources are paused, nothing is dropped',
      ]);
      await until(
        'reading is paused',
        async () => (await metric('leeway_source_paused{source="kafka"}')) === 1,
        5,
      );
      const before = await committed();
      await pause(awaySeconds * 1000 - (performance.now() - began));
      expect(await committed()).toBe(before);
      expect(await isReady()).toBe(false);
      expect(await metric('leeway_store_up')).toBe(0);
      expect(http.refusals.length).toBeGreaterThan(0);
      for (const refusal of http.refusals) expect(refusal).toMatchObject({ status: 503, retryAfter: '5' });
      for (const refusal of http.refusals) expect(refusal.seconds).toBeLessThan(11.5);
      await restartRig();
      const back = performance.now();
      await until('it is ready again', isReady, 30);
      await until('reading goes on', async () => (await committed()) > before, 30);
      console.log(`store back: reading again after ${((performance.now() - back) / 1000).toFixed(1)} s`);
      await until('that is said', () => service.log('source resumed').length > 0);
      await stopTraffic();
      await expectAll();
    },
    130_000 + awaySeconds * 1000,
  );

  it(
    `loses nothing while the broker is away for ${awaySeconds} s; HTTP is served meanwhile`,
    async () => {
      startTraffic();
      const start = await committed();
      await until('records flow', async () => (await committed()) > start + 100);
      await broker.kill();
      const began = performance.now();
      const served = http.sent.size;
      await pause(awaySeconds * 1000);
      expect(http.sent.size).toBeGreaterThan(served + awaySeconds);
      expect(http.refusals).toEqual([]);
      await until('it is not ready', async () => !(await isReady()), 10);
      expect((await readiness()).reasons).toEqual([
        'source kafka is starting: it has not begun to read yet, the log says why',
      ]);
      await broker.restart();
      console.log(`broker back after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const back = performance.now();
      const behind = kafka.sent.size;
      await until('records flow again', () => kafka.sent.size > behind + 100, 60);
      await until('it is ready', isReady, 60);
      await stopTraffic();
      await expectAll();
      console.log(`all read ${((performance.now() - back) / 1000).toFixed(1)} s after the broker was back`);
    },
    130_000 + awaySeconds * 1000,
  );

  it('stops in time while the store is away, and reads on after', async () => {
    startTraffic();
    const start = await committed();
    await until('records flow', async () => (await committed()) > start + 100);
    await rig.kill();
    await until('it is not ready', async () => !(await isReady()), 10);
    const began = performance.now();
    expect(await service.stop()).toBe(0);
    console.log(`stopped after ${((performance.now() - began) / 1000).toFixed(1)} s without a store`);
    await restartRig();
    await startAll();
    await stopTraffic();
    await expectAll();
  }, 90_000);
});
