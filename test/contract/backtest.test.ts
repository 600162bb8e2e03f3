import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finding } from '../../src/act/samples.ts';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** A month of findings in a real store, asked over HTTP what it would have led to. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-backtest-'));
const hour = 3600;
const secret = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
const end = Math.floor(systemClock.now() / 1000 / 86_400) * 86_400;
const from = end - 20 * 86_400;
let app: App;

beforeAll(async () => {
  const config = loadConfig(null, {
    data: join(directory, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    retraining: { url: 'http://127.0.0.1:9/', secrets: [secret], leastRows: 0, cooldownHours: 1000 },
    outbound: { allow: ['127.0.0.1:9'] },
  } as never);
  app = await startApp(config, { logs: 'silent', scheduled: false });
  const { storage } = app;
  const touched = [{ model: 'churn', environment: 'prod', bucket: from }];
  await storage.database.insertRows(`${storage.db}.touched`, touched);
  for (let at = from; at + 86_400 <= end; at += 4 * hour) {
    // Two stretches of drift, days apart.
    const day = (at - from) / 86_400;
    const drifts = (day > 5 && day < 8) || (day > 14 && day < 17);
    const place = { windowStart: at, windowSeconds: 86_400 };
    await storage.findings.write([
      finding(drifts ? { ...place, verdict: 'drift', effect: 0.15, p: 2e-6 } : place),
      finding({ ...place, check: 'volume', subject: '', effect: 1, tolerance: 2 }),
    ]);
  }
}, 60_000);
afterAll(async () => {
  await app?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Answer {
  readonly message?: string;
  readonly until: number;
  readonly scenarios: readonly {
    readonly name: string;
    readonly windows: number;
    readonly totals: {
      readonly episodes: number;
      readonly ordersGiven: number;
      readonly ordersRefused: Record<string, number>;
    };
  }[];
}

async function ask(body: object, model = 'churn'): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${app.url}/v1/models/${model}/backtest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: from * 1000, to: end * 1000, ...body }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

describe('a backtest over HTTP', () => {
  it('plays what is stored through the policies of the service, and leaves nothing behind', async () => {
    const { status, answer } = await ask({});
    expect(status).toBe(200);
    expect(answer.until).toBe(end * 1000);
    expect(answer.scenarios).toMatchObject([
      {
        name: 'configured',
        windows: 115,
        totals: { episodes: 2, ordersGiven: 1, ordersRefused: { cooldown: 1 } },
      },
    ]);
    const { database, db } = app.storage;
    for (const table of ['transitions', 'orders', 'deliveries'])
      expect(await database.rows(`SELECT count() AS n FROM ${db}.${table}`)).toEqual([{ n: '0' }]);
  });

  it('tries other policies and budgets beside them', async () => {
    const compare = [{ name: 'default', tolerance: 0.3 }];
    const { answer } = await ask({ compare });
    expect(answer.scenarios.map(({ name, totals }) => [name, totals.episodes])).toEqual([
      ['configured', 2],
      ['compared', 0],
    ]);
    // p is 2e-6 and its level 1e-5: a tenth of the budget finds nothing.
    const strict = await ask({ budget: 0.1 });
    expect(strict.answer.scenarios[0]!.totals.episodes).toBe(0);
  });

  it('refuses what cannot be played, and says why', async () => {
    const refusals: [object, RegExp][] = [
      [{ from: end * 1000, to: from * 1000 }, /`from` must lie before `to`/],
      [{ from: 0 }, /at most 400 days/],
      [{ environment: 'test' }, /no rows in environment "test", only in "prod"/],
      [{ policies: [{ name: 'x', when: { windows: 3, of: 2 } }] }, /the policies cannot be used: .*policies/],
    ];
    for (const [body, message] of refusals) {
      const { status, answer } = await ask(body);
      expect([status, answer.message]).toEqual([400, expect.stringMatching(message)]);
    }
    expect((await ask({}, 'unknown')).status).toBe(404);
  });

  it('does one at a time', async () => {
    const answers = await Promise.all([ask({}), ask({})]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
