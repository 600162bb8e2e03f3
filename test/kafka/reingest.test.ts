import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { runCommand } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, type Tools, until } from './harness.ts';

const records = 200;

describe.skipIf(!kafkaAvailable())('reingest from a real broker', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-reingest-'));
  const data = join(directory, 'data');
  const group = fresh('g');
  const topic = fresh('reingest');
  const began = systemClock.now() - 3_600_000;
  let broker: Broker;
  let tools: Tools;
  let app: App | null = null;

  const configure = (name: string, prediction: string): string => {
    const file = join(directory, name);
    const mapping = { id: '/id', time: '/at', features: '/in', prediction };
    const source = {
      name: 'orders',
      type: 'kafka',
      brokers: broker.brokers,
      topics: [topic],
      group,
      model: 'm',
      mapping,
    };
    writeFileSync(file, JSON.stringify({ data, listen: { port: 0 }, sources: [source] }));
    return file;
  };
  const start = async (file: string) => {
    app = await startApp(loadConfig(file, {}, {}), { logs: 'silent', scheduled: false });
    return app;
  };
  const stop = async () => {
    await app?.stop();
    app = null;
  };
  const query = <T>(sql: string) => app!.storage.database.rows<T>(sql);
  const sums = async () =>
    (
      await query<Record<string, string>>(
        'SELECT count() AS n, uniqExact(id) AS ids, sum(prediction) AS total, countIf(isNaN(prediction)) AS none FROM leeway.inferences FINAL',
      )
    )[0]!;
  const cli = async (...args: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const terminal = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: {},
    };
    const startNone = () => Promise.reject(new Error('not used'));
    const common = { signals: process, clock: systemClock, fetch, exit: () => undefined, version: '0.1.0' };
    const code = await runCommand(args, { terminal, startApp: startNone, ...common });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  const times = [
    '--from',
    new Date(began - 1000).toISOString(),
    '--to',
    new Date(began + 3_600_000).toISOString(),
  ];
  const groupsLeft = async () =>
    (await tools.admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(`${group}-reingest`));

  beforeAll(async () => {
    broker = await startBroker();
    tools = await createTools(broker.brokers);
    await tools.admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    const messages = Array.from({ length: records }, (_, i) => ({
      partition: i % 2,
      timestamp: String(began + i * 1000),
      value: JSON.stringify({ id: `r${i}`, at: began + i * 1000, in: { x: i }, wrong: 1, right: 2 }),
    }));
    await tools.producer.send({ topic, messages });
  });
  afterAll(async () => {
    await stop();
    await tools.close();
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('removes what a wrong mapping has stored and reads it anew, with the service running and its offsets untouched', async () => {
    await start(configure('wrong.json', '/wrong'));
    await until('all is read', async () => Number((await sums())['n']) === records);
    expect(await sums()).toMatchObject({ total: records });
    await stop();
    const committed = await tools.committed(group, topic);
    const right = configure('right.json', '/right');
    await start(right);
    const service = ['reingest', '--url', app!.url, '--source', 'orders', ...times];

    const looked = await cli(...service, '--dry-run');
    expect(looked).toMatchObject({ code: 0, err: '' });
    expect(looked.out).toContain(`${records} rows lie in this time.`);
    expect(await sums()).toMatchObject({ total: records });
    expect(await cli(...service)).toMatchObject({ code: 2, err: expect.stringContaining('give --yes') });

    const done = await cli(...service, '--yes');
    expect(done.err).toBe('');
    expect(done.out).toContain(`${records} records read, ${records} rows`);
    expect(await sums()).toMatchObject({ n: String(records), ids: String(records), total: 2 * records });
    expect(await tools.committed(group, topic)).toEqual(committed);
    expect(await groupsLeft()).toEqual([]);
    expect(
      await query(
        "SELECT partition FROM leeway.progress FINAL WHERE startsWith(source, 'reingest') AND lag > 0",
      ),
    ).toEqual([]);
    // Again: the same rows, once.
    expect(await cli(...service, '--yes')).toMatchObject({ code: 0 });
    expect(await sums()).toMatchObject({ n: String(records), total: 2 * records });
    await stop();
  }, 120_000);

  it('an interrupted one is finished by the next, though its rows are gone', async () => {
    await start(join(directory, 'right.json'));
    // As a crash right after the removal leaves it.
    const [range] = await query<{ prefix: string; first: string; last: string }>(
      `SELECT replaceRegexpOne(position, '[0-9]+$', '') AS prefix, '0' AS first, '99' AS last FROM leeway.inferences LIMIT 1`,
    );
    const { progress, storeClock } = app!.storage;
    const note = {
      source: 'reingest:orders',
      partition: range!.prefix.slice(0, -1),
      position: '0-99 ',
      watermark: 0,
      lag: 100,
    };
    await progress.write([note], await storeClock.now());
    await app!.storage.database.command(
      `DELETE FROM leeway.inferences WHERE startsWith(position, '${range!.prefix}')`,
    );
    expect(await sums()).toMatchObject({ n: String(records / 2) });
    const narrow = [
      '--from',
      new Date(began - 3_600_000).toISOString(),
      '--to',
      new Date(began - 3_000_000).toISOString(),
    ];
    const service = ['reingest', '--url', app!.url, '--source', 'orders', ...narrow];
    expect((await cli(...service, '--model', 'm', '--yes')).err).toContain('without --model was interrupted');
    const done = await cli(...service, '--yes');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('An earlier reingest was interrupted');
    expect(await sums()).toMatchObject({ n: String(records), ids: String(records), total: 2 * records });
    await stop();
  }, 60_000);

  it('what the brokers no longer hold is refused before anything is removed, and the rest is named', async () => {
    await tools.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '40' }] });
    await start(join(directory, 'right.json'));
    const service = ['reingest', '--url', app!.url, '--source', 'orders'];
    const refused = await cli(...service, ...times, '--yes');
    // Offset 39 of partition 0 is record 78.
    const from = new Date(began + 78_000 + 1).toISOString();
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('LW_REINGEST_REFUSED') });
    expect(refused.err).toContain('has rows from offset 0 on, the brokers hold 40 and later');
    expect(refused.err).toContain(`Available is --from ${from}`);
    expect(await sums()).toMatchObject({ n: String(records) });
    const rest = await cli(...service, '--from', from, '--to', times[3]!, '--yes');
    expect(rest).toMatchObject({ code: 0, err: '' });
    expect(await sums()).toMatchObject({ n: String(records), ids: String(records), total: 2 * records });
    await stop();
  }, 60_000);

  it('what the brokers dropped of an interrupted one is named by offset, and ends it with an exit code', async () => {
    await start(join(directory, 'right.json'));
    const { progress, storeClock, database } = app!.storage;
    const [found] = await query<{ prefix: string }>(
      `SELECT DISTINCT replaceRegexpOne(position, '[0-9]+$', '') AS prefix FROM leeway.inferences WHERE position LIKE '%/0/%'`,
    );
    const partition = found!.prefix.slice(0, -1);
    const note = { source: 'reingest:orders', partition, position: '30-99 ', watermark: 0, lag: 70 };
    await progress.write([note], await storeClock.now());
    // Offset 39 was not removed yet.
    await database.command(
      `DELETE FROM leeway.inferences WHERE startsWith(position, '${found!.prefix}') AND toUInt64(splitByChar('/', position)[-1]) BETWEEN 30 AND 99
       AND NOT endsWith(position, '/39')`,
    );
    // Offset 30 of partition 0 is record 60.
    const from = new Date(began + 60_000).toISOString();
    const asked = ['--from', from, '--to', times[3]!, '--yes'];
    const service = ['reingest', '--url', app!.url, '--source', 'orders', ...asked];
    const done = await cli(...service);
    expect(done).toMatchObject({ code: 3, err: '' });
    expect(done.out).toContain(
      `LOST: ${partition}, offsets 30 to 39: the brokers hold them no longer, and an interrupted reingest has removed rows of them; 1 rows of them are still stored.`,
    );
    expect(await sums()).toMatchObject({ n: String(records - 9), ids: String(records - 9) });
    // It is over: what is missing is said once, and the rows before it stop the next one as ever.
    expect(await cli(...service)).toMatchObject({ code: 1, err: expect.stringContaining('brokers hold 40') });
    await stop();
  }, 60_000);
});
