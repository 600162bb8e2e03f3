import { expect, test } from 'vitest';
import { createActor } from '../../src/act/actor.ts';
import { asksOf } from '../../src/act/ask.ts';
import { createLinks } from '../../src/act/links.ts';
import { blindPolicy, defaultPolicy } from '../../src/act/policy.ts';
import { createActTwins } from '../../src/act/twins.ts';
import { createDetector } from '../../src/detect/detector.ts';
import { type Activation, actorOfOrder } from '../../src/domain/baseline.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Order } from '../../src/domain/order.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createMemoryNoise } from '../twins/noise.ts';
import { createMemoryPerformance } from '../twins/performance.ts';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../twins/samples.ts';
import { createMemoryFindings, createMemoryWindows } from '../twins/windows.ts';

const base = 2976 * 604_800;
const hour = (i: number) => base + i * 3600;
const bins = profileFrom(Array.from({ length: 12 }, (_, i) => (i > 0 && i < 11 ? 200 : 0)));
const stream = { model: 'churn', environment: 'prod' } as const;
/** Hours that the first baseline was cut from, after which version 1 gets worse, and when version 2 takes over. */
const [learnt, worse, promoted] = [24, 28, 34];
const order = {
  ...stream,
  id: 'or_1',
  kind: 'retrain',
  state: 'promoted',
  reason: '',
  at: hour(promoted) * 1000,
  step: 5,
  transition: 'tr_1',
  target: 'trainer',
  trigger: 'policy',
  by: 'default',
  body: '{}',
  result: '{}',
} satisfies Order;

/** A stream whose feature never moves, from labelled rows to what its episodes ask for. */
function createPipeline(by: string) {
  const clock = createManualClock(base * 1000);
  const events = createRecordedEvents();
  const [windows, performance, stores] = [
    createMemoryWindows(),
    createMemoryPerformance(),
    createActTwins(clock),
  ];
  const baselines = [
    [0, learnt],
    [worse, promoted],
  ].map(([from, to], i) =>
    baselineOf([subjectOf(numericBinning('feature:age'), bins)], {
      model: 'churn',
      baseline: i + 1,
      from: hour(from!) * 1000,
      to: hour(to!) * 1000,
      rows: 2000 * (to! - from!),
    }),
  );
  const activations: Activation[] = [
    { model: 'churn', version: '', baseline: 1, from: hour(learnt) * 1000, at: 0, by: 'ops' },
    { model: 'churn', version: '', baseline: 2, from: hour(promoted) * 1000, at: 1, by },
  ];
  const active = (at: number) => activations.findLast(({ from }) => from <= at);
  const addHour = async (i: number, right: number, version: string) => {
    const generation = BigInt(i + 1);
    await windows.touch('churn', 'prod', hour(i));
    for (const { baseline } of baselines) {
      const row = { ...stream, baseline, generation, bucket: hour(i), grain: 3600 } as const;
      const run = { ...row, started: i + 1, rows: 2000, keySum: '0', duplicates: 0, reused: 0 };
      await windows.profile({ ...row, subject: 'feature:age', version: '', segment: '', extra: {}, ...bins });
      await windows.record({ ...run, grain: 300 }, run);
    }
    const sums = { rows: 2000, labelled: 2000, classed: 2000, right: 2000 * right };
    const arrived = [2000, ...Array<number>(12).fill(0)];
    await performance.put({ ...stream, hour: hour(i), version, sums, arrived });
  };
  const detector = createDetector({
    windows,
    performance,
    findings: createMemoryFindings(),
    baselines: {
      activations: async () => activations.filter(({ from }) => from <= clock.now()),
      read: async (_, number) => baselines[number - 1] ?? null,
      active: async (_model, _version, at) => baselines[(active(at)?.baseline ?? 0) - 1] ?? null,
    },
    noise: createMemoryNoise(),
    events,
    clock,
  });
  const asked: string[] = [];
  const found: Finding[] = [];
  const actor = createActor({
    alerts: {
      ...stores.alerts,
      promotions: async () => [hour(promoted) * 1000].filter(at => at <= clock.now()),
    },
    orders: {
      consider: async request => {
        const known = clock.now() >= order.at ? [order] : [];
        asked.push(...asksOf(request, known).map(({ kind, trigger }) => `${kind} ${trigger}`));
        return null;
      },
    },
    policiesOf: () => [defaultPolicy, blindPolicy],
    links: createLinks('http://127.0.0.1:8080'),
    events,
  });
  const round = async (i: number) => {
    const now = (hour(i) + 700) * 1000;
    clock.set(now);
    const judged = await detector.tick({ now, readUpTo: now, cap: 500 });
    for (const window of judged) stores.addWindow(window);
    found.push(...judged.flatMap(({ findings }) => findings).filter(f => f.check === 'performance'));
    await actor.handle(judged, () => now);
  };
  const story = () => [...stores.alerts.transitions.values()].map(({ reason }) => reason);
  return { addHour, round, asked, found, story };
}

/** Version 1 at 90 % falls to 75 %; version 2, trained on what came since, is right in so many of its rows. */
async function retrained(right: number, by = actorOfOrder(order.id)) {
  const pipeline = createPipeline(by);
  const { addHour, round, asked, found } = pipeline;
  for (let i = 0; i < worse; i++) await addHour(i, 0.9, '1');
  await round(worse);
  for (let i = worse; i < promoted; i++) {
    await addHour(i, 0.75, '1');
    await round(i + 1);
  }
  const before = [...asked];
  asked.length = 0;
  for (let i = promoted; i < promoted + 4; i++) {
    await addHour(i, right, '2');
    await round(i + 1);
  }
  const after = found.filter(f => f.windowSeconds === 3600 && f.windowStart >= hour(promoted));
  return { ...pipeline, before, after };
}

test('a version that stays as bad as the one it replaced pages, and a rebuild is asked for', async () => {
  const { before, asked, after, story } = await retrained(0.75);
  expect(new Set(before)).toEqual(new Set(['retrain policy']));
  expect(asked).toContain('rebuild after-retrain');
  expect(story()).toEqual(['opened']);
  expect(after.at(-1)).toMatchObject({
    verdict: 'drift',
    nReference: 2000 * learnt,
    detail: { referenceOf: 'replaced', reference: 0.9, referenceFrom: base * 1000 },
  });
  expect(after.at(-1)!.sentence).toContain('0.9 of the version before the retraining: 15 points lower');
});

test('one that is good again asks for nothing, and the alert is over', async () => {
  const { asked, after, story } = await retrained(0.9);
  expect(asked).toEqual([]);
  expect(story()).toEqual(['opened', 'resolved']);
  expect(after.at(-1)).toMatchObject({ verdict: 'stable', detail: { referenceOf: 'replaced' } });
});

test('a baseline that a person chose is a new beginning: nothing before it counts', async () => {
  const { asked, after } = await retrained(0.75, 'ops');
  expect(asked).toEqual([]);
  expect(after.at(-1)).toMatchObject({ verdict: 'learning' });
});
