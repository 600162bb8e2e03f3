import { describe, expect, it } from 'vitest';
import { defaultPolicy, type Policy } from '../../act/policy.ts';
import { usualRails } from '../../act/retraining-world.ts';
import { judged } from '../../act/samples.ts';
import type { Finding, JudgedWindow } from '../../domain/finding.ts';
import { type BacktestRun, runBacktest } from './backtest.ts';
import { storedWindows, windowsOf } from './history.ts';

const hour = 3600;
const start = 480_000 * hour;
const day = 24 * hour;

/** Windows of a day, an hour apart in a quarter, of which some drift. */
function days(count: number, drifts: (i: number) => boolean, over: Partial<Finding> = {}): JudgedWindow[] {
  return Array.from({ length: count }, (_, i) =>
    judged(start + i * 4 * hour, day, [
      drifts(i) ? { verdict: 'drift', effect: 0.4, p: 1e-9, ...over } : { verdict: 'stable' },
      { check: 'volume', subject: '', verdict: 'stable', effect: 1, tolerance: 2 },
    ]),
  );
}

async function* inParts(windows: readonly JudgedWindow[], size = 7) {
  for (let i = 0; i < windows.length; i += size) yield windows.slice(i, i + size);
}

function play(windows: readonly JudgedWindow[], over: Partial<BacktestRun> = {}) {
  const policies = [defaultPolicy];
  return runBacktest({
    from: start * 1000,
    to: (start + 40 * day) * 1000,
    windows: inParts(windows),
    scenarios: [{ name: 'configured', policies, budgetRatio: 1 }],
    rails: () => usualRails,
    counts: { rows: async () => 1e6, labels: async () => 1e6 },
    promotions: [],
    schedules: [],
    latenessSeconds: 600,
    rest: async () => undefined,
    ...over,
  });
}

describe('a backtest', () => {
  it('opens, orders and resolves as the service would have, however the history is cut', async () => {
    const windows = days(60, i => i >= 20 && i < 40);
    const { scenarios, until } = await play(windows);
    const [played] = scenarios;
    expect(played!.alerts.map(({ to, notify }) => [to, notify])).toEqual([
      ['firing', true],
      ['ok', true],
    ]);
    // Twenty windows found drift, and it began in the first of them.
    const first = (start + 20 * 4 * hour + day) * 1000;
    expect(played!.drift).toMatchObject([{ check: 'drift', subject: 'feature:age', windows: 20, first }]);
    expect(played!.alerts[0]!.at).toBe(first + 600_000);
    expect(played!.orders[0]).toMatchObject({ kind: 'retrain', state: 'requested' });
    expect(played!.totals).toMatchObject({ episodes: 1, notifications: 2 });
    expect(played!.totals.firingHours).toBe((played!.alerts[1]!.at - played!.alerts[0]!.at) / 3_600_000);
    expect(until).toBe((start + 59 * 4 * hour + day) * 1000);
    const { scenarios: again } = await play(windows, { windows: inParts(windows, 1) });
    expect(again).toEqual(scenarios);
  });

  it('keeps to the rails: one order a day, none on data in doubt, and says why', async () => {
    // Three episodes within a day of each other would each order.
    const windows = days(70, i => i % 20 > 14);
    const tight = { ...usualRails, cooldown: 30 * day * 1000 };
    const { scenarios } = await play(windows, { rails: () => tight });
    const { totals, orders } = scenarios[0]!;
    expect(totals.ordersGiven).toBe(1);
    expect(totals.ordersRefused).toEqual({ cooldown: totals.episodes - 1 });
    expect(orders.find(order => order.state === 'refused')!.reason).toMatch(/^cooldown: /);
    const learning = await play(days(60, i => i >= 20, { calibration: 'provisional' }));
    expect(learning.scenarios[0]!.totals).toMatchObject({
      ordersGiven: 0,
      ordersRefused: { 'not-calibrated': 1 },
    });
  });

  it('lets other work have its turn after every moment it plays', async () => {
    let rests = 0;
    const windows = days(60, i => i >= 20);
    await play(windows, { windows: inParts(windows, 60), rest: async () => void rests++ });
    expect(rests).toBeGreaterThanOrEqual(60);
  });

  it('plays the calendars too: their orders count for the limits, and stop at data in doubt', async () => {
    const calendar = { model: 'churn', environment: 'prod', kind: 'retrain', timeZone: 'UTC' } as const;
    const schedules = [{ ...calendar, cron: '0 3 * * *' }];
    const windows = days(60, i => i >= 20);
    const of = async (over: Partial<BacktestRun>) => (await play(windows, over)).scenarios[0]!;
    const { orders } = await of({ schedules, to: (start + 20 * day) * 1000 });
    expect(orders.filter(({ trigger }) => trigger === 'schedule')).toHaveLength(20);
    expect(new Set(orders.map(({ at }) => new Date(at).getUTCHours()))).toContain(3);
    const held = (all: typeof orders) =>
      all.some(({ trigger, reason }) => trigger === 'policy' && reason.startsWith('cooldown: '));
    expect(held(orders)).toBe(true);
    const without = await of({});
    expect(held(without.orders)).toBe(false);
    expect(without.orders.every(({ trigger }) => trigger === 'policy')).toBe(true);
    const gone = days(60, () => false).map(({ findings, ...window }) => ({
      ...window,
      findings: findings.map(each =>
        each.check === 'volume' ? { ...each, verdict: 'no-data' as const, p: 0, alpha: 1e-4 } : each,
      ),
    }));
    const silent = (await play(gone, { schedules, windows: inParts(gone) })).scenarios[0]!;
    expect(silent.orders.at(-1)).toMatchObject({
      state: 'refused',
      reason: 'data-quality: data in doubt: no-data',
    });
  });

  it('compares policies and budgets over the same windows', async () => {
    const windows = days(60, i => i >= 20 && i < 40, { effect: 0.12, p: 5e-6, alpha: 1e-5 });
    const deaf: Policy = { ...defaultPolicy, pagingEffects: { ...defaultPolicy.pagingEffects, drift: 0.3 } };
    const { scenarios } = await play(windows, {
      scenarios: [
        { name: 'configured', policies: [defaultPolicy], budgetRatio: 1 },
        { name: 'deaf', policies: [deaf], budgetRatio: 1 },
        { name: 'strict', policies: [defaultPolicy], budgetRatio: 0.1 },
      ],
    });
    expect(scenarios.map(({ name, totals, drifted }) => [name, totals.episodes, drifted])).toEqual([
      ['configured', 1, 1],
      ['deaf', 0, 1],
      ['strict', 0, 0],
    ]);
  });
});

describe('windows of the past', () => {
  const found = days(30, i => i > 10).flatMap(window => window.findings);
  const reader = (rows: readonly Finding[], most = Number.POSITIVE_INFINITY) => {
    const asked: number[] = [];
    const list = async ({ from, to, limit }: { from: number; to: number; limit: number }) => {
      asked.push(to - from);
      const end = (f: Finding) => f.windowStart + f.windowSeconds;
      return rows.filter(f => end(f) > from && end(f) <= to).slice(0, Math.min(limit, most));
    };
    return { list, asked };
  };

  it('come in order of their ends, whole, each once', async () => {
    const period = { model: 'churn', environment: 'prod', from: start * 1000, to: (start + 40 * day) * 1000 };
    const all: JudgedWindow[] = [];
    for await (const part of storedWindows(reader(found), period)) all.push(...part);
    expect(all).toEqual(windowsOf(found));
    expect(all).toHaveLength(30);
    const half = { ...period, to: (start + 2 * day) * 1000 };
    const some: JudgedWindow[] = [];
    for await (const part of storedWindows(reader(found), half)) some.push(...part);
    expect(some).toEqual(all.slice(0, 7));
  });

  it('are refused where an hour alone has too many findings', async () => {
    const full = { list: async () => ({ length: 100_000 }) as unknown as readonly Finding[] };
    const period = { model: 'churn', environment: 'prod', from: 0, to: 86_400_000 };
    await expect(storedWindows(full, period).next()).rejects.toThrow(/more than 100000 findings/);
  });
});
