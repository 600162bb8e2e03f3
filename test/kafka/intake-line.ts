import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../rig/faulty-proxy.ts';
import { type Rig, startRig } from '../rig/start.ts';
import { type Broker, startBroker } from './broker.ts';
import { createTools, fresh, type Tools, until } from './harness.ts';
import { openLineStore } from './line-store.ts';

/** A broker, a store behind a proxy, and one topic of four partitions between them. */
export interface IntakeLine {
  readonly broker: Broker;
  readonly tools: Tools;
  readonly rig: Rig;
  readonly proxy: FaultyProxy;
  readonly topic: string;
  readonly group: string;
  readonly directory: string;
  /** Configuration of a service that reads the topic, with a data directory of its own. */
  config(): Readonly<Record<string, unknown>>;
  /** Records in the topic, and those of them that are committed; what retention took counts as both. */
  written(): Promise<number>;
  committed(): Promise<number>;
  /** Ids in the store, with how often each is there, copies of a row collapsed. */
  ids(): Promise<Map<string, number>>;
  /** Every id of `sent` is stored, each once, and every bucket is marked. */
  expectAll(sent: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function openIntakeLine(): Promise<IntakeLine> {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-intake-'));
  const [broker, rig] = await Promise.all([startBroker(), startRig({ directory: join(directory, 'store') })]);
  const [tools, proxy] = [await createTools(broker.brokers), await startFaultyProxy(rig.url)];
  const [topic, group] = [fresh('intake'), fresh('g')];
  await tools.admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  const source = {
    name: 'kafka',
    type: 'kafka',
    brokers: broker.brokers,
    topics: [topic],
    group,
    sessionSeconds: 6,
    heartbeatSeconds: 1,
  };
  const total = (offsets: readonly number[]) => offsets.reduce((sum, offset) => sum + Math.max(0, offset), 0);
  const withStore = async <T>(read: (store: Awaited<ReturnType<typeof openLineStore>>) => Promise<T>) => {
    const store = await openLineStore(rig.url);
    return read(store).finally(() => store.close());
  };
  const line: IntakeLine = {
    broker,
    tools,
    rig,
    proxy,
    topic,
    group,
    directory,
    config: () => ({
      data: join(directory, fresh('data')),
      listen: { port: 0 },
      clickhouse: { url: proxy.url },
      sources: [source],
    }),
    written: async () => total((await tools.admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high))),
    committed: async () => total(await tools.committed(group, topic)),
    ids: () => withStore(store => store.ids()),
    expectAll: async sent => {
      await until(
        'every record is committed',
        async () => (await line.committed()) === (await line.written()),
        120 + sent.length / 1_000,
      );
      const ids = await line.ids();
      expect(
        [...ids].filter(([, times]) => times !== 1),
        'twice',
      ).toEqual([]);
      expect(
        sent.filter(id => !ids.has(id)),
        'lost',
      ).toEqual([]);
      expect(await withStore(store => store.unmarked())).toBe(0);
    },
    close: async () => {
      await tools.close();
      await proxy.close();
      await rig.kill();
      await broker.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return line;
}
