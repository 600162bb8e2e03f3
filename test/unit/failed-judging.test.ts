import { expect, test } from 'vitest';
import { createActor, type OrderRequest } from '../../src/act/actor.ts';
import { createLinks } from '../../src/act/links.ts';
import { blindPolicy, defaultPolicy } from '../../src/act/policy.ts';
import { streamDoubts } from '../../src/act/stream-doubts.ts';
import { createActTwins } from '../../src/act/twins.ts';
import { createDetectRuns } from '../../src/app/detect-runs.ts';
import { createDetector } from '../../src/detect/detector.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import type { JobRun } from '../../src/store/job-runs.ts';
import { createMemoryNoise } from '../twins/noise.ts';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../twins/samples.ts';
import { createMemoryFindings, createMemoryWindows } from '../twins/windows.ts';

const base = 2976 * 604_800;
const hour = (i: number) => base + i * 3600;
const bins = (from: number) =>
  profileFrom(Array.from({ length: 12 }, (_, i) => (i >= from && i > 0 && i < 11 ? 200 : 0)));

/** A stream of one feature that has moved, from profiles to alerts; judging it may be made to fail. */
async function createPipeline() {
  const clock = createManualClock(base * 1000);
  const events = createRecordedEvents();
  const windows = createMemoryWindows();
  const place = { model: 'churn', environment: 'prod', baseline: 1 } as const;
  const baseline = baselineOf([subjectOf(numericBinning('feature:age'), bins(1))], { model: 'churn' });
  const addHour = async (i: number, generation = BigInt(i + 1)) => {
    const row = { ...place, generation, bucket: hour(i), grain: 3600, version: '', segment: '' } as const;
    const run = {
      ...place,
      generation,
      bucket: hour(i),
      started: i + 1,
      rows: 2000,
      keySum: '0',
      duplicates: 0,
      reused: 0,
    };
    await windows.touch('churn', 'prod', hour(i));
    await windows.profile({ ...row, subject: 'feature:age', extra: {}, ...bins(6) });
    await windows.record({ ...run, grain: 300 }, { ...run, grain: 3600 });
  };
  let broken = false;
  const runs: JobRun[] = [];
  const kept = createDetectRuns({ events, runs: { append: async some => void runs.push(...some) }, clock });
  const detector = kept.keeping(
    createDetector({
      windows: {
        ...windows,
        tiles: (...of) =>
          broken ? Promise.reject(new Error('code 241: memory limit')) : windows.tiles(...of),
      },
      findings: createMemoryFindings(),
      baselines: {
        activations: async () => [
          { model: 'churn', version: '', baseline: 1, from: base * 1000, at: 0, by: 'test' },
        ],
        read: async () => baseline,
        active: async () => baseline,
      },
      noise: createMemoryNoise(),
      events: kept.events,
      clock,
    }),
  );
  const stores = createActTwins(clock);
  const asked: OrderRequest[] = [];
  const actor = createActor({
    alerts: stores.alerts,
    orders: { consider: async request => (asked.push(request), null) },
    policiesOf: () => [defaultPolicy, blindPolicy],
    links: createLinks('http://127.0.0.1:8080'),
    events,
  });
  const round = async (seconds: number) => {
    clock.set(seconds * 1000);
    const judged = await detector.tick({ now: seconds * 1000, readUpTo: seconds * 1000, cap: 500 });
    for (const window of judged) stores.addWindow(window);
    await actor.handle(judged, () => seconds * 1000);
  };
  const story = () => [...stores.alerts.transitions.values()].map(t => `${t.policy} ${t.reason}`);
  const doubts = (seconds: number) =>
    streamDoubts(stores.alerts, { model: 'churn', environment: 'prod' }, { now: seconds * 1000 });
  return { doubts, addHour, round, story, asked, runs, stores, fail: (on: boolean) => void (broken = on) };
}

test('a stream whose judging fails opens an alert, holds orders back, and is over when it is judged again', async () => {
  const { doubts, addHour, round, story, asked, runs, stores, fail } = await createPipeline();
  for (let i = 0; i < 24; i++) await addHour(i);
  await round(hour(24) + 700);
  expect(story()).toEqual(['default opened']);
  expect(asked.at(-1)!.memory.inhibitedBy).toEqual([]);
  expect(runs.map(run => [run.job, run.outcome])).toEqual([['detect', 'done']]);

  fail(true);
  await addHour(24);
  await round(hour(25) + 600);
  await round(hour(25) + 602);
  expect(story()).toEqual(['default opened']);
  expect(runs.at(-1)).toMatchObject({ outcome: 'failed', detail: 'prod: code 241: memory limit' });
  expect(runs).toHaveLength(2);
  await round(hour(25) + 1200);
  expect(story()).toEqual(['default opened', 'blind opened']);
  const alert = [...stores.alerts.transitions.values()].at(-1)!;
  expect([alert.notify, alert.severity]).toEqual([true, 'critical']);
  expect(JSON.parse(alert.body).data.findings[0].sentence).toContain('the job that judges this stream fails');
  // Told once; the alert about drift is neither over nor worse.
  await round(hour(25) + 1300);
  await addHour(25);
  await round(hour(26) + 600);
  expect(story()).toEqual(['default opened', 'blind opened']);
  const { memory } = (await stores.alerts.last({ model: 'churn', environment: 'prod', policy: 'blind' }))!;
  expect(JSON.parse(memory)).toMatchObject({ state: 'firing' });

  fail(false);
  const before = asked.length;
  expect(await doubts(hour(26) + 700)).toContain('failed');
  await round(hour(26) + 700);
  expect(await doubts(hour(26) + 700)).not.toContain('failed');
  expect(runs.at(-1)).toMatchObject({ outcome: 'done' });
  await addHour(26);
  await round(hour(27) + 700);
  expect(story()).toEqual(['default opened', 'blind opened', 'blind resolved']);
  for (let i = 27; i < 48; i++) await addHour(i);
  await round(hour(48) + 700);
  expect(asked.length).toBeGreaterThan(before);
  expect(asked.at(-1)!.memory.inhibitedBy).toEqual([]);
});
