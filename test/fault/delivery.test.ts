import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withToken } from '../../src/act/callback-token.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { openServer } from '../../src/store/server.ts';
import { type Rig, startRig } from '../rig/start.ts';
import {
  askAgain,
  type CampaignResult,
  episodesOf,
  prepareStore,
  readLedger,
  runKills,
  runLife,
} from './act/campaign.ts';
import { startTestReceiver, type TestReceiver } from './act/receivers.ts';
import { deliveryPoints, tokenSecret } from './act/stage.ts';
import { bundle } from './story/bundle.ts';
import { createRandom } from './story/history.ts';

/**
 * The act stage killed with SIGKILL at every named point of delivery, again and again, while one receiver fails for
 * seven requests of ten, the trainer for three, and one hangs. What is left must be what a run leaves that nobody disturbed,
 * and every message must have been taken, with one body.
 */
const each = Number(process.env['LEEWAY_DELIVERY_KILLS'] ?? 8);
const seed = Number(process.env['LEEWAY_SEED'] ?? systemClock.now() % 1_000_000);
const random = createRandom(seed);
const begun = Date.UTC(2026, 9, 1);
const timeout = 100;
const directory = mkdtempSync(join(tmpdir(), 'leeway-delivery-'));

let script = '';
let ledger: Awaited<ReturnType<typeof readLedger>>;
let undisturbed: Awaited<ReturnType<typeof readLedger>>;
let result: CampaignResult;
let receivers: Record<string, TestReceiver>;
let askedAgain = 0;

/** A store of its own, and a stage with these receivers over it. */
async function withStore<T>(name: string, work: (database: Database, rig: Rig) => Promise<T>): Promise<T> {
  const rig = await startRig({ directory: join(directory, name) });
  const database = await openServer({ url: rig.url, username: 'default', password: '' });
  try {
    return await work(database, rig);
  } finally {
    await database.close();
    await rig.stop();
  }
}

const urlsOf = (of: Record<string, TestReceiver>) =>
  Object.fromEntries(Object.entries(of).map(([name, { url }]) => [name, url]));
const closeAll = (of: Record<string, TestReceiver>) => Promise.all(Object.values(of).map(one => one.close()));

async function makeReceivers(failing: boolean): Promise<Record<string, TestReceiver>> {
  const fails = (share: number) => () =>
    failing && random() < share ? ('fails' as const) : ('takes' as const);
  const hangs = () => (failing ? ('hangs' as const) : ('takes' as const));
  return {
    good: await startTestReceiver(() => 'takes', random),
    flaky: await startTestReceiver(fails(0.7), random),
    hanging: await startTestReceiver(hangs, random),
    // Ten failures in a row would end an order: the other run would not have it ended.
    trainer: await startTestReceiver(fails(0.3), random),
  };
}

beforeAll(
  async () => {
    script = await bundle('test/fault/act/stage.ts', 'delivery');
    const calm = await makeReceivers(false);
    undisturbed = await withStore('undisturbed', async (database, rig) => {
      await prepareStore(database, episodesOf(each));
      const stage = { clickhouse: rig.url, directory, receivers: urlsOf(calm), begun, timeout };
      await runLife({ script, stage }, { kill: null, toTheEnd: true });
      return readLedger(database);
    });
    await closeAll(calm);
    receivers = await makeReceivers(true);
    ledger = await withStore('killed', async (database, rig) => {
      const stage = { clickhouse: rig.url, directory, receivers: urlsOf(receivers), begun, timeout };
      result = await runKills({ script, database, stage, each, random });
      // Who hung answers again; what was given up after ten attempts is asked for by hand.
      receivers['hanging']!.mend();
      await runLife({ script, stage }, { kill: null, toTheEnd: true });
      for (const name of ['flaky', 'trainer']) receivers[name]!.mend();
      askedAgain = await askAgain(database, begun + 400 * 86_400_000);
      await runLife({ script, stage }, { kill: null, toTheEnd: true });
      return readLedger(database);
    });
  },
  120_000 + each * 30_000,
);

afterAll(async () => {
  await closeAll(receivers ?? {});
  rmSync(directory, { recursive: true, force: true });
  const lives = [...(result?.lives ?? [])].sort((a, b) => a - b);
  const counts = deliveryPoints.map(point => `${point} ${result?.kills[point]}`).join(', ');
  const requests = Object.entries(receivers ?? {}).map(
    ([name, { arrivals }]) => `${name} ${arrivals.length} (${arrivals.filter(a => a.taken).length} taken)`,
  );
  console.log(
    [
      `kills: ${counts}; a life ${lives[lives.length >> 1]?.toFixed(0)} ms in the median, seed ${seed}`,
      `${ledger?.['transitions']?.length} transitions, ${ledger?.['ends']?.length} messages, ${askedAgain} asked for again`,
      `requests: ${requests.join(', ')}`,
    ].join('\n'),
  );
});

const parsed = (table: string) => ledger[table]!.map(row => JSON.parse(row) as Record<string, string>);

describe(`the act stage, killed ${each} times at each point of delivery`, () => {
  it('was killed that often', () => {
    expect(result.kills).toEqual(Object.fromEntries(deliveryPoints.map(point => [point, each])));
  });

  it('leaves the transitions, orders and ends of a run that nobody disturbed', () => {
    expect(undisturbed['transitions']).toHaveLength(2 * episodesOf(each));
    expect(ledger['transitions']).toEqual(undisturbed['transitions']);
    expect(ledger['orders']).toEqual(undisturbed['orders']);
    expect(ledger['ends']).toEqual(undisturbed['ends']);
    expect(ledger['endpoints']!.map(row => JSON.parse(row).state)).toEqual([
      'active',
      'active',
      'active',
      'active',
    ]);
  });

  it('delivers every id to every receiver, with the body that is stored and the same token, on every attempt', () => {
    const bodies = new Map(
      [...parsed('transitions'), ...parsed('orders')].map(row => [
        row['id']!,
        withToken(row['body']!, tokenSecret),
      ]),
    );
    for (const name of Object.keys(receivers)) {
      const { arrivals } = receivers[name]!;
      const table = name === 'trainer' ? 'orders' : 'transitions';
      const wanted = new Set(parsed(table).map(row => `${row['id']}_${name}`));
      expect(new Set(arrivals.filter(a => a.taken).map(a => a.id)), name).toEqual(wanted);
      for (const { id, body } of arrivals) expect(body).toBe(bodies.get(id.slice(0, -name.length - 1)));
    }
  });

  it('doubles no order', () => {
    const orders = parsed('orders');
    expect(orders.filter(row => row['state'] === 'requested')).toHaveLength(episodesOf(each));
    for (const state of ['sent', 'failed'])
      expect(orders.filter(row => row['state'] === state)).toHaveLength(episodesOf(each));
    expect(orders).toHaveLength(3 * episodesOf(each));
    const named = receivers['trainer']!.arrivals.map(
      ({ id, body }) => `${id} ${JSON.parse(body).data.order}`,
    );
    expect(new Set(named).size).toBe(episodesOf(each));
  });
});
