import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import type { JobRun } from '../store/job-runs.ts';
import type { Purged } from '../store/purge.ts';
import { createNightly, type NightlyDeps } from './nightly.ts';

const hour = 3_600_000;
const midnight = Date.UTC(2026, 10, 21);

function start(at: number, part: Partial<NightlyDeps> = {}) {
  const clock = createManualClock(at);
  const runs: JobRun[] = [];
  const swept: number[] = [];
  const nightly = createNightly({
    clock,
    leads: () => true,
    lastGood: async () => runs.findLast(({ outcome }) => outcome === 'done')?.started ?? 0,
    sweep: async since => swept.push(since),
    purge: async () => ({ rewritten: 2, left: [] }),
    report: async run => void runs.push(run),
    ...part,
  });
  return { nightly, clock, runs, swept };
}

describe('the nightly work', () => {
  it('is done once a night, and told', async () => {
    const { nightly, clock, runs } = start(midnight + 2 * hour);
    for (let n = 0; n < 6 * 24; n++) {
      await nightly.wake();
      clock.advance(hour / 6);
    }
    expect(runs).toEqual([
      {
        job: 'purge',
        model: '',
        started: midnight + 2 * hour,
        finished: midnight + 2 * hour,
        outcome: 'done',
        detail: '1 rows removed that came in meanwhile, 2 partitions rewritten',
      },
    ]);
    await nightly.wake();
    expect(runs.map(({ started }) => started)).toEqual([midnight + 2 * hour, midnight + 26 * hour]);
  });

  it('is made up for by whoever was away, with all that was erased since the last good run', async () => {
    const last = midnight - 9 * 24 * hour;
    const { nightly, runs, swept } = start(midnight + 15 * hour, { lastGood: async () => last });
    await nightly.wake();
    expect(runs).toMatchObject([{ outcome: 'done' }]);
    expect(swept).toEqual([last - 24 * hour]);
  });

  it('looks at everything when no good run is known, or it is of a wrong clock', async () => {
    for (const last of [0, midnight + 99 * hour]) {
      const { nightly, swept } = start(midnight, { lastGood: async () => last });
      await nightly.wake();
      expect(swept).toEqual([0]);
    }
  });

  it('that failed is told, does what it can, and is tried again an hour later', async () => {
    let purged: Purged = {
      rewritten: 1,
      left: ['inferences 20261101: no space', ...Array.from({ length: 4 }, (_, n) => `labels ${n}: full`)],
    };
    const { nightly, clock, runs } = start(midnight + 2 * hour, {
      sweep: () => Promise.reject(new Error('the store is away')),
      purge: async () => purged,
    });
    await nightly.wake();
    expect(runs).toMatchObject([
      {
        outcome: 'failed',
        detail:
          '0 rows removed that came in meanwhile, 1 partitions rewritten; the store is away; ' +
          '5 partitions left: inferences 20261101: no space, labels 0: full, labels 1: full, and 2 more',
      },
    ]);
    clock.advance(hour - 1);
    await nightly.wake();
    expect(runs).toHaveLength(1);
    clock.advance(1);
    purged = { rewritten: 5, left: [] };
    await nightly.wake();
    expect(runs.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  it('tells that it cannot know whether it is due', async () => {
    const { nightly, runs, swept } = start(midnight, { lastGood: () => Promise.reject(new Error('away')) });
    await nightly.wake();
    expect(runs).toMatchObject([{ job: 'purge', outcome: 'failed', detail: 'away' }]);
    expect(swept).toEqual([]);
  });

  it('is that of the process that leads', async () => {
    let leads = false;
    const { nightly, runs } = start(midnight, { leads: () => leads });
    await nightly.wake();
    expect(runs).toEqual([]);
    leads = true;
    await nightly.wake();
    expect(runs).toHaveLength(1);
  });

  it('never runs twice at once, and a stop ends it without a record', async () => {
    const begun: AbortSignal[] = [];
    const { nightly, runs } = start(midnight, {
      purge: signal => {
        begun.push(signal);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    });
    const woken = [nightly.wake(), nightly.wake()];
    while (begun.length === 0) await Promise.resolve();
    woken.push(nightly.wake());
    await nightly.stop();
    await Promise.all([...woken, nightly.wake()]);
    expect(begun).toHaveLength(1);
    expect(runs).toEqual([]);
  });
});
