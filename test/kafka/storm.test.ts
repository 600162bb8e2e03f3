import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaAvailable } from './broker.ts';
import { pause, until } from './harness.ts';
import { type Ingester, startIngester } from './ingesters.ts';
import { type IntakeLine, openIntakeLine } from './intake-line.ts';
import { startKafkaTraffic } from './line-traffic.ts';

const stormSeconds = Number(process.env['LEEWAY_STORM_SECONDS'] ?? 12);
/** One member hangs so long: longer than its session of 6 s. */
const frozenSeconds = Math.min(60, stormSeconds - 3);
const floodRecords = Number(process.env['LEEWAY_FLOOD_RECORDS'] ?? 100_000);
/** How long the store stays slow after the last record is sent, at least. */
const slowSeconds = floodRecords > 100_000 ? 60 : 0;
/** Resident memory above what the service takes idle, bytes: a few fetches, decoded, and what waits for the store. */
const memoryBound = 600 * 1024 * 1024;

describe.skipIf(!kafkaAvailable())('a group in a storm', () => {
  let line: IntakeLine;
  let members: Ingester[] = [];
  beforeAll(async () => {
    line = await openIntakeLine();
  });
  afterAll(async () => {
    for (const member of members) {
      member.signal('SIGCONT');
      member.signal('SIGKILL');
    }
    await line?.close();
  });
  const join = async () => {
    const member = await startIngester(line.config());
    members.push(member);
    return member;
  };
  const leave = async (member: Ingester) => {
    expect(await member.stop()).toBe(0);
    members = members.filter(each => each !== member);
  };

  it(
    `loses nothing and stores nothing twice while members come and go every 2 s for ${stormSeconds} s, one of them hung for ${frozenSeconds} s`,
    async () => {
      const steady = await join();
      const hung = await join();
      const traffic = startKafkaTraffic(line.tools, line.topic);
      await until('both read', async () => (await line.committed()) > 200);
      const began = performance.now();
      const seconds = () => (performance.now() - began) / 1000;
      hung.signal('SIGSTOP');
      let visitor: Ingester | null = null;
      let comings = 0;
      let woken = false;
      const slowest = { at: 0, committed: await line.committed(), gap: 0 };
      while (seconds() < stormSeconds) {
        const next = pause(2_000);
        if (visitor === null) {
          visitor = await join();
          comings++;
        } else {
          await leave(visitor);
          visitor = null;
        }
        await next;
        if (!woken && seconds() > frozenSeconds) {
          hung.signal('SIGCONT');
          woken = true;
        }
        const committed = await line.committed();
        slowest.gap = Math.max(slowest.gap, seconds() - slowest.at);
        if (committed > slowest.committed) Object.assign(slowest, { at: seconds(), committed });
      }
      if (!woken) hung.signal('SIGCONT');
      const calm = performance.now();
      await traffic.stop();
      await line.expectAll([...traffic.sent.keys()]);
      const settled = (performance.now() - calm) / 1000;
      for (const member of [steady, hung])
        await until(
          'no lag is left',
          async () => !((await member.metric('leeway_source_lag_records')) > 0),
          30,
        );
      await until('the hung member has noticed', () => hung.log('partition lost').length > 0);
      expect(steady.log('source crashed')).toEqual([]);
      console.log(
        `${traffic.sent.size} records, ${comings} comings and goings, one member hung for ${frozenSeconds} s: ` +
          `nothing committed for ${slowest.gap.toFixed(1)} s at most, all read ${settled.toFixed(1)} s after the storm`,
      );
      for (const member of members) await leave(member);
    },
    120_000 + stormSeconds * 2_000,
  );

  it(
    `keeps its memory bounded when ${floodRecords} records come ten times faster than the store takes them`,
    async () => {
      const service = await join();
      await until('it has joined', () => service.log('source started').length > 0);
      const idle = service.memory();
      // Rows, marks and progress of 20,000 records are an insert each.
      line.proxy.fault = ({ kind }) => (kind === 'insert' ? { kind: 'slow', milliseconds: 4_000 } : null);
      const before = await line.committed();
      const began = performance.now();
      let most = idle;
      const sampling = setInterval(() => {
        most = Math.max(most, service.memory());
      }, 100);
      const sent = await flood(floodRecords);
      const floodSeconds = (performance.now() - began) / 1000;
      // The service reads what it may hold, and no more while that waits.
      await pause(slowSeconds * 1_000);
      await until('something is stored', async () => (await line.committed()) > before, 60);
      const behind = (await line.written()) - (await line.committed());
      const taken = ((await line.committed()) - before) / ((performance.now() - began) / 1000);
      const slowMost = most;
      line.proxy.fault = () => null;
      const released = performance.now();
      await line.expectAll(sent);
      clearInterval(sampling);
      const caughtUp = (performance.now() - released) / 1000;
      const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
      console.log(
        `${floodRecords} records sent at ${Math.round(floodRecords / floodSeconds)} a second, stored at ${Math.round(taken)}: ` +
          `${behind} behind; memory ${megabytes(idle)} MB idle, ${megabytes(slowMost)} MB while slow, ` +
          `${megabytes(most)} MB at most; caught up in ${caughtUp.toFixed(1)} s`,
      );
      expect(floodRecords / floodSeconds).toBeGreaterThan(taken * 10);
      expect(most - idle).toBeLessThan(memoryBound);
      await until(
        'no lag is left',
        async () => (await service.metric('leeway_source_lag_records')) === 0,
        30,
      );
      await leave(service);
    },
    240_000 + floodRecords * 2,
  );

  /** Sends numbered rows as fast as the broker takes them. */
  const flood = async (records: number): Promise<string[]> => {
    const ids: string[] = [];
    const time = new Date().toISOString();
    for (let at = 0; at < records; at += 4_000) {
      const messages = Array.from({ length: Math.min(4_000, records - at) }, (_, i) => {
        const id = `flood-${at + i}`;
        ids.push(id);
        const features = { amount: i, plan: 'basic', note: 'x'.repeat(200) };
        return {
          partition: i % 4,
          value: JSON.stringify({ id, model: 'flood', time, features, prediction: 0.5 }),
        };
      });
      await line.tools.producer.send({ topic: line.topic, acks: -1, messages });
    }
    return ids;
  };
});
