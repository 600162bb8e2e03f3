import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { createEventClock } from './event-time.ts';
import type { Payload } from './payload.ts';
import type { Answer, Sender } from './ports.ts';
import { type RunPlan, runUsers } from './run.ts';
import { createTally } from './tally.ts';

const taken: Answer = { kind: 'taken', refused: [] };

interface Sent {
  readonly at: number;
  readonly ids: readonly string[];
  readonly times: readonly number[];
}

function setup(
  plan: Partial<RunPlan['arrivals']> & { runTime?: number; stopTimeout?: number; rows?: number },
  answer: (sent: Sent, clock: ReturnType<typeof createManualClock>, signal: AbortSignal) => Promise<Answer>,
) {
  const clock = createManualClock(0);
  const tally = createTally();
  const sends: Sent[] = [];
  const seconds: number[] = [];
  const stop = new AbortController();
  const { runTime = 1000, stopTimeout = 500, rows = Number.POSITIVE_INFINITY, ...arrivals } = plan;
  const sender: Sender = {
    target: 'test',
    send: (payloads, signal) => {
      const sent = { at: clock.now(), ids: payloads.map(p => p.id), times: payloads.map(p => p.time) };
      sends.push(sent);
      return answer(sent, clock, signal);
    },
    close: async () => undefined,
  };
  let left = rows;
  const traffic = (user: number) => {
    let number = 0;
    return {
      next: async (times: readonly number[]) =>
        times.flatMap((time): Payload[] =>
          left-- > 0 ? [{ kind: 'inference', id: `${user}-${number++}`, time, body: new Uint8Array(1) }] : [],
        ),
      labelsWaiting: 0,
      labelsDropped: 0,
    };
  };
  const run = async () => {
    const done = runUsers(
      {
        arrivals: { users: 1, spawnRate: 1e9, rate: 10, batch: 1, season: 0, ...arrivals },
        runTime,
        stopTimeout,
        from: 0,
        eventClock: createEventClock({ from: 0, started: 0, speed: 1 }),
      },
      {
        sender,
        traffic,
        tally,
        clock,
        elapsed: () => clock.now(),
        signal: stop.signal,
        everySecond: elapsed => void seconds.push(elapsed),
      },
      { active: 0 },
    );
    const state = { over: false };
    const settled = done.finally(() => {
      state.over = true;
    });
    settled.catch(() => undefined);
    while (!state.over) {
      await new Promise(resolve => setImmediate(resolve));
      clock.advance(1);
    }
    return settled;
  };
  return { run, sends, tally, seconds, stop, clock };
}

const after = (clock: ReturnType<typeof createManualClock>, milliseconds: number) =>
  clock.sleep(milliseconds).then(() => taken);

describe('users', () => {
  it('send at the rate that was asked for, evenly, whatever their number', async () => {
    for (const users of [1, 4, 10]) {
      const { run, tally, sends } = setup({ users, rate: 100 }, async () => taken);
      await run();
      expect(tally.all.sent, `${users} users`).toBeGreaterThanOrEqual(99);
      expect(tally.all.sent, `${users} users`).toBeLessThanOrEqual(101);
      const half = sends.filter(sent => sent.at < 500).length;
      expect(half / sends.length).toBeCloseTo(0.5, 1);
    }
  });

  it('come one after the other', async () => {
    const { run, sends } = setup({ users: 4, spawnRate: 4, rate: 400 }, async () => taken);
    await run();
    const first = [0, 1, 2, 3].map(user => sends.find(sent => sent.ids[0] === `${user}-0`)!.at);
    expect(first.map(at => Math.round(at / 100))).toEqual([0, 3, 5, 8]);
  });

  it('give each payload of a request the event time it would have had alone', async () => {
    const { run, sends } = setup({ rate: 10, batch: 4, runTime: 2000 }, async () => taken);
    await run();
    expect(sends[1]!.times).toEqual([100, 200, 300, 400]);
    expect(sends[2]!.times).toEqual([500, 600, 700, 800]);
  });

  it('count latency from the moment a payload was due, not from when its turn came', async () => {
    let first = true;
    const { run, tally, sends } = setup({ rate: 10 }, (_, clock) => {
      const slow = first;
      first = false;
      return after(clock, slow ? 450 : 1);
    });
    await run();
    expect(tally.all.sent).toBe(10);
    // Due at 0, 100, 200, 300, 400; those after the first had to wait for its answer.
    expect(sends.slice(0, 6).map(sent => Math.round(sent.at / 50) * 50)).toEqual([
      0, 450, 450, 450, 450, 500,
    ]);
    expect(tally.all.latencies.percentile(100)).toBeGreaterThanOrEqual(450);
    expect(tally.all.latencies.percentile(80)).toBeGreaterThan(140);
  });

  it('without a rate send again as soon as there is an answer', async () => {
    const { run, tally } = setup({ users: 2, rate: Number.POSITIVE_INFINITY }, (_, clock) =>
      after(clock, 10),
    );
    await run();
    expect(tally.all.sent).toBeGreaterThan(150);
    expect(tally.all.sent).toBeLessThanOrEqual(202);
    expect(tally.all.latencies.percentile(100)).toBeLessThan(15);
  });

  it('wait as long as they are asked to and send the same payloads again', async () => {
    let refusals = 2;
    const { run, tally, sends } = setup({ rate: 2 }, async () =>
      refusals-- > 0 ? { kind: 'later', afterMs: 120, reason: 'HTTP 503' } : taken,
    );
    await run();
    expect(sends.slice(0, 3).map(sent => sent.ids)).toEqual([['0-0'], ['0-0'], ['0-0']]);
    expect(sends[2]!.at - sends[0]!.at).toBeGreaterThanOrEqual(240);
    expect(tally.all).toMatchObject({ sent: 2, accepted: 2, failed: 0 });
    expect(tally.deferrals.count).toBe(2);
    expect(tally.deferrals.milliseconds).toBeGreaterThanOrEqual(240);
  });

  it('give up at the end what is never answered, and say what was never sent', async () => {
    const { run, tally } = setup(
      { rate: 10 },
      (_, _clock, signal) =>
        new Promise(resolve =>
          signal.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'no answer' })),
        ),
    );
    const end = await run();
    expect(end.milliseconds).toBeLessThan(1600);
    expect(end.unsent).toBe(9);
    expect(tally.all).toMatchObject({ sent: 1, failed: 1 });
    expect(tally.failed).toEqual(new Map([['no answer', 1]]));
  });

  it('send what is late within the patience of the end', async () => {
    const { run, tally } = setup({ rate: 10, stopTimeout: 2000 }, (_, clock) => after(clock, 200));
    const end = await run();
    expect(end.unsent).toBe(0);
    expect(tally.all.sent).toBe(10);
    expect(end.milliseconds).toBeGreaterThan(1900);
  });

  it('stop when told to, with the answer that is under way', async () => {
    const { run, tally, stop, clock } = setup({ rate: 10, runTime: Number.POSITIVE_INFINITY }, (sent, at) => {
      if (sent.ids[0] === '0-3') stop.abort();
      return after(at, 30);
    });
    const end = await run();
    expect(end).toMatchObject({ stopped: true, unsent: 0 });
    expect(tally.all.accepted).toBe(4);
    expect(clock.now()).toBeLessThan(400);
  });

  it('end when the rows do', async () => {
    const { run, tally } = setup(
      { users: 3, rate: 100, runTime: Number.POSITIVE_INFINITY, rows: 7 },
      async () => taken,
    );
    await run();
    expect(tally.all.sent).toBe(7);
  });

  it('all end when one learns that it makes no sense', async () => {
    const { run } = setup({ users: 5, rate: 100, runTime: Number.POSITIVE_INFINITY }, async () => {
      throw new LeewayError('LW_NOT_FOUND', 'no such address');
    });
    await expect(run()).rejects.toThrow('no such address');
  });

  it('do not hammer a target that fails at once', async () => {
    const { run, tally } = setup({ rate: Number.POSITIVE_INFINITY }, async () => ({
      kind: 'failed',
      reason: 'x',
    }));
    await run();
    expect(tally.all.sent).toBeLessThanOrEqual(5);
    expect(tally.all.failed).toBe(tally.all.sent);
  });

  it('are looked at every second', async () => {
    const { run, seconds } = setup({ runTime: 3500 }, async () => taken);
    await run();
    expect(seconds.map(at => Math.round(at / 100) * 100)).toEqual([1000, 2000, 3000]);
  });
});
