import { describe, expect, test } from 'vitest';
import type { JudgedWindow } from '../domain/finding.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createJobs, type JobsDeps } from './jobs.ts';

function start(part: Partial<JobsDeps> = {}) {
  const calls: string[] = [];
  const learnt: number[] = [];
  const ticks: { readonly now: number; readonly readUpTo: number }[] = [];
  const clock = createManualClock(1_000_000);
  const events = createRecordedEvents();
  const called = <T>(name: string, answer: T) => {
    calls.push(name);
    return Promise.resolve(answer);
  };
  const deps = {
    roles: { profile: true, detect: true, act: true },
    gate: { enter: async () => true, isOpen: true },
    profiler: { tick: () => called('profile', { profiled: 0, due: 0 }), sweep: async () => 0 },
    baselines: {
      learn: (_model: string, _environment: string, now: number) => {
        learnt.push(now);
        return called('learn', { state: 'learning', rows: 0, hours: 0, sentence: '' });
      },
    },
    auditor: { run: async () => ({ buckets: 0, mismatches: 0 }) },
    detector: {
      tick: (tick: { now: number; readUpTo: number }) => {
        ticks.push(tick);
        return called('detect', [] as readonly JudgedWindow[]);
      },
    },
    actor: { handle: () => called('act', undefined), recover: async () => undefined, pending: 0 },
    retraining: { tick: () => called('retraining', undefined) },
    outbox: { tick: () => called('outbox', 0) },
    streams: async () => [{ model: 'm', environment: '' }],
    readUpTo: () => called('reading', 600_000),
    record: async () => undefined,
    events,
    clock,
    runClock: { kind: 'wall', now: () => clock.now() },
    latenessSeconds: 600,
    onLearning: () => undefined,
    ...part,
  } as unknown as JobsDeps;
  return { jobs: createJobs(deps), calls, learnt, ticks, events };
}

describe('a round', () => {
  test('asks how far was read before it profiles, so that what is judged has been profiled', async () => {
    const { jobs, calls, ticks } = start();
    await jobs.round();
    expect(calls).toEqual(['reading', 'profile', 'learn', 'detect', 'outbox', 'retraining']);
    expect(ticks).toMatchObject([{ now: 1_000_000, readUpTo: 600_000 }]);
  });

  test('learns only from what every partition has been read past', async () => {
    const { jobs, learnt } = start();
    await jobs.round();
    expect(learnt).toEqual([600_000]);
  });

  test('that is told to stop leaves the jobs that have not begun to the next start', async () => {
    const { jobs, calls } = start({
      profiler: {
        tick: async () => {
          void jobs.stop();
          return { profiled: 0, due: 0 };
        },
        sweep: async () => 0,
      },
    });
    await jobs.round();
    expect(calls).toEqual(['reading']);
  });

  test('goes over alerts that failed again, though no window is judged', async () => {
    let pending = 1;
    const handled: number[] = [];
    const actor = {
      get pending() {
        return pending;
      },
      handle: async (windows: readonly JudgedWindow[]) => {
        handled.push(windows.length);
        pending = 0;
      },
      recover: async () => undefined,
    };
    const { jobs } = start({ actor });
    await jobs.round();
    await jobs.round();
    expect(handled).toEqual([0]);
  });

  test('judges nothing and calls nothing blind when it cannot know how far was read', async () => {
    const { jobs, calls, events } = start({ readUpTo: () => Promise.reject(new Error('away')) });
    await jobs.round();
    expect(calls).toEqual(['profile', 'outbox', 'retraining']);
    const failed = events.seen.filter(e => (e.event as { outcome: string }).outcome === 'failed');
    expect(failed.map(e => (e.event as { job: string }).job)).toEqual(['learn', 'windows']);
  });
});
