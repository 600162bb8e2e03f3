import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../rig/start.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, pause, type Tools, until } from './harness.ts';
import { type BucketTally, createLine, dayModel, type Line, recentModel } from './line-records.ts';
import { createLineSender, type LineSender } from './line-sender.ts';
import { buildService, type LineService, startService } from './line-service.ts';
import { type LineStore, openLineStore } from './line-store.ts';

const records = Number(process.env['LEEWAY_LINE_RECORDS'] ?? 200_000);
const kills = Number(process.env['LEEWAY_LINE_KILLS'] ?? 5);

/** Milliseconds: far more than it takes. */
const longest = 120_000 + records + kills * 25_000;

/**
 * The whole line as it is run in production: a broker, a store behind HTTP, two processes of `leeway start`. One of
 * them, which also profiles, judges and acts, is killed again and again while records flow.
 */
describe.skipIf(!kafkaAvailable())('two services between a real broker and a store', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-line-'));
  const group = fresh('g');
  const topic = fresh('line');
  const services: LineService[] = [];
  let broker: Broker;
  let tools: Tools;
  let rig: Rig;
  let store: LineStore;
  let line: Line;
  let sender: LineSender;
  let steady: LineService;
  let victim: LineService;

  const start = (name: string, roles: Parameters<typeof startService>[0]['roles']): LineService => {
    const service = startService({
      directory: join(directory, name),
      roles,
      config: {
        clickhouse: { url: rig.url },
        sources: [
          {
            name: 'kafka',
            type: 'kafka',
            brokers: broker.brokers,
            topics: [topic],
            group,
            sessionSeconds: 6,
            heartbeatSeconds: 1,
          },
        ],
      },
    });
    services.push(service);
    return service;
  };
  const startVictim = () => start('all', ['ingest', 'profile', 'detect', 'act']);

  beforeAll(async () => {
    buildService();
    [broker, rig] = await Promise.all([startBroker(), startRig({ directory: join(directory, 'store') })]);
    tools = await createTools(broker.brokers);
    line = createLine(records, Date.now() / 1000);
    await tools.admin.createTopics({
      topics: [{ topic, numPartitions: line.partitions }],
      waitForLeaders: true,
    });
    sender = createLineSender(tools, topic, line);
    steady = start('ingest', ['ingest']);
    await steady.url;
    victim = startVictim();
    await victim.url;
    store = await openLineStore(rig.url);
  });
  afterAll(async () => {
    for (const service of services) await service.kill();
    await store?.close();
    await tools?.close();
    await rig?.stop();
    await broker?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const isConsumed = async () => String(await tools.committed(group, topic)) === String(sender.ends);
  const stored = () => store.number('SELECT count() AS n FROM leeway.inferences');

  /** Sends part of the line and kills the victim while it flows; it is started again a little later. */
  const sendAndKill = async (from: number, to: number, round: number) => {
    const before = await stored();
    const sending = sender.send(from, to);
    // Not before rows of this part are coming in: the kill is to hit a process at work.
    await until('records flow', async () => (await stored()) > before);
    const delay = Math.random() * 3000;
    await pause(delay);
    await victim.kill();
    const flowing = !(await isConsumed());
    await sending;
    await pause(Math.random() * 1500);
    victim = startVictim();
    console.log(
      `kill ${round + 1} after ${Math.round(delay)} ms, ${flowing ? 'records flowing' : 'at rest'}`,
    );
    if (round % 2 === 0) await victim.url;
    if (round % 2 === 0) await until('it reads again', () => victim.log('source started').length > 0);
  };

  it(
    `${records} records, ${kills} kills: every row once, every bad record once, profiles that agree`,
    async () => {
      await upload(recentModel);
      const began = performance.now();
      const part = Math.ceil(records / (kills + 1));
      for (let round = 0; round < kills; round++) await sendAndKill(round * part, (round + 1) * part, round);
      const undisturbed = performance.now();
      await sender.send(kills * part, records);
      await until('everything is consumed', isConsumed, 90 + records / 5000);
      const consumed = performance.now();
      await upload(dayModel);
      await until('everything is profiled', async () => (await dueBuckets()) === 0, 60 + records / 5000);
      const copies =
        (await stored()) - (await store.number('SELECT count() AS n FROM leeway.inferences FINAL'));
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
      console.log(
        `${records} records in ${seconds(began, consumed)} s with ${kills} kills, ` +
          `${Math.round(records / ((consumed - began) / 1000))} a second; the last ${records - kills * part} undisturbed in ` +
          `${seconds(undisturbed, consumed)} s, ${Math.round((records - kills * part) / ((consumed - undisturbed) / 1000))} a second; ` +
          `profiles settled ${seconds(consumed, performance.now())} s later; ${copies} copies not merged away`,
      );
      expect(await victim.stop()).toBe(0);
      expect(await steady.stop()).toBe(0);
      await expectAll();
    },
    longest,
  );

  const upload = async (model: string) => {
    const response = await fetch(`${await victim.url}/v1/models/${model}/baselines?activate=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: line.training(model, 2000),
    });
    expect(response.status, await response.text()).toBe(201);
  };
  const dueBuckets = async () => (await store.due(recentModel)) + (await store.due(dayModel));

  const expectAll = async () => {
    for (const [model, expected] of line.tally(records)) {
      expectTally(await store.rows(model), expected);
      const { profiles, runs } = await store.profiled(model, 300);
      expectTally(profiles, expected);
      expect([...runs.values()].reduce((sum, rows) => sum + rows, 0)).toBe(total(expected));
    }
    const hours = (await store.profiled(dayModel, 3600)).profiles;
    expect(hours.size).toBeGreaterThan(10);
    for (const [hour, { rows }] of hours)
      expect(rows).toBe(
        total(line.tally(records).get(dayModel)!, bucket => bucket - (bucket % 3600) === hour),
      );
    expect(await store.rejects()).toEqual(sender.corrupted);
    expect(sender.corrupted.size).toBe(Math.floor((records + 62) / 100));
    expect(await store.number('SELECT count() AS n FROM leeway.labels FINAL')).toBe(line.labels(records));
    const audited = await store.audit(Date.now());
    const buckets = [...line.tally(records).values()].reduce((sum, tally) => sum + tally.size, 0);
    expect(audited).toEqual({ buckets, mismatches: 0 });
    expect(await store.number(`SELECT count() AS n FROM leeway.job_runs WHERE outcome = 'failed'`)).toBe(0);
  };
});

function total(
  tally: ReadonlyMap<number, BucketTally>,
  counts: (bucket: number) => boolean = () => true,
): number {
  return [...tally].reduce((sum, [bucket, { rows }]) => (counts(bucket) ? sum + rows : sum), 0);
}

/** In order of time, so that a difference is read easily. */
function expectTally(
  actual: ReadonlyMap<number, BucketTally>,
  expected: ReadonlyMap<number, BucketTally>,
): void {
  const sorted = (map: ReadonlyMap<number, BucketTally>) => [...map].sort(([a], [b]) => a - b);
  expect(sorted(actual)).toEqual(sorted(expected));
}
