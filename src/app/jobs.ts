import { schedule } from 'node-cron';
import type { Actor } from '../act/actor.ts';
import type { Outbox } from '../act/outbox.ts';
import type { Retraining } from '../act/retraining.ts';
import type { Detector } from '../detect/detector.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import { type Gate, isNotLeader } from '../elect/gate.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { Auditor } from '../profile/auditor.ts';
import type { Baselines } from '../profile/baselines.ts';
import type { Profiler } from '../profile/profiler.ts';
import type { JobRun } from '../store/job-runs.ts';
import { type RunClock, runTime } from './run-clock.ts';

/** Windows judged of one stream in one tick: after downtime the oldest come first, and other work gets its turn. */
const windowsPerTick = 500;
/** Rounds are at least this far apart when nothing else asks for one, milliseconds. */
const wakeEvery = 1000;
/** Where there are many models a round takes long: the rest after it is this many times as long, so that looking for
 * work does not become the work. */
const restShare = 3;
/** The longest rest: after a long catching up, messages and windows do not wait for minutes more. */
const longestRest = 15_000;

/** Longer than this a round does not wait for receivers: those that hang go on by themselves. Milliseconds. */
export const outboxPatience = 1000;

export interface JobsDeps {
  readonly roles: { readonly profile: boolean; readonly detect: boolean; readonly act: boolean };
  /** Passed by every round: among several processes one works. */
  readonly gate: Gate;
  readonly profiler: Profiler;
  readonly baselines: Pick<Baselines, 'learn'>;
  readonly auditor: Auditor;
  readonly detector: Detector;
  readonly actor: Actor;
  readonly retraining: Retraining;
  readonly outbox: Outbox;
  readonly streams: () => Promise<readonly { readonly model: string; readonly environment: string }[]>;
  readonly readUpTo: () => Promise<number>;
  readonly record: (run: JobRun) => Promise<void>;
  readonly events: Pick<Events, 'jobFinished'>;
  readonly clock: Clock;
  readonly runClock: RunClock;
  readonly latenessSeconds: number;
  /** Told what a stream that has no baseline still needs; '' once it has one. */
  readonly onLearning: (
    stream: { readonly model: string; readonly environment: string },
    sentence: string,
  ) => void;
}

/** The scheduled work. What to do comes from the store; a wake-up that is missed or comes twice changes nothing. */
export interface Jobs {
  /** One round of everything, in order; rounds do not overlap. Returns windows judged and messages tried. */
  round(): Promise<{ readonly judged: number; readonly sent: number }>;
  /** node-cron wakes the rounds from now on. */
  schedule(): void;
  stop(): Promise<void>;
}

/** Creates the jobs; nothing runs before `round` or `schedule`. */
export function createJobs(deps: JobsDeps): Jobs {
  let stopped = false;
  const runner = createRunner(deps);
  /** A long round ends at the next job: what is left is due at the next start. */
  const run: Run = (...of) => (stopped ? Promise.resolve(null) : runner(...of));
  let tail: Promise<unknown> = Promise.resolve();
  const rest = createRest(deps.clock);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = tail.then(work, work);
    tail = turn.catch(() => undefined);
    return turn;
  };
  const messages = createMessages(deps, run);
  const round = () =>
    inTurn(async () => {
      if (!(await enter(deps, run))) return { judged: 0, sent: 0 };
      const started = deps.clock.now();
      const now = deps.runClock.now();
      // Before anything is profiled: whatever is read by then is marked, so what is judged has been profiled.
      const readUpTo = deps.readUpTo();
      await readUpTo.catch(() => undefined);
      if (deps.roles.profile) {
        await run('profile', '', async () => (await deps.profiler.tick({ now })).profiled);
        await learn(deps, run, { now, readUpTo });
      }
      const judged = deps.roles.detect ? await detect(deps, run, { now, readUpTo }) : 0;
      const sent = deps.roles.act && !messages.apart ? await messages.deliver() : 0;
      rest.begin(started);
      return { judged, sent };
    });
  const audit = (period: 'day' | 'all') =>
    inTurn(async () => {
      if (!deps.gate.isOpen) return;
      await run(
        'audit',
        '',
        async () => (await deps.auditor.run({ now: deps.runClock.now(), period })).mismatches,
      );
    });
  const tasks: { stop(): unknown }[] = [];
  return {
    round,
    schedule: () => {
      const every = (expression: string, work: () => Promise<unknown>) =>
        tasks.push(schedule(expression, work, { timezone: 'UTC', suppressMissedWarning: true }));
      every('*/2 * * * * *', rest.wake(round));
      if (deps.roles.act && deps.runClock.kind === 'wall') every('1-59/2 * * * * *', messages.wake);
      if (!deps.roles.profile) return;
      every('17 * * * *', () => audit('day'));
      every('43 3 * * *', () => audit('all'));
      every('29 * * * *', () =>
        inTurn(async () => (deps.gate.isOpen ? run('sweep', '', () => deps.profiler.sweep()) : null)),
      );
    },
    stop: async () => {
      stopped = true;
      for (const task of tasks) await task.stop();
      await tail;
      await messages.ended();
    },
  };
}

/** Whether a round may begin. Taking over may fail, with the store away for example: the next round tries again. */
async function enter({ gate }: JobsDeps, run: Run): Promise<boolean> {
  try {
    return await gate.enter();
  } catch (error) {
    await run('take-over', '', () => Promise.reject(error as Error));
    return false;
  }
}

type Run = <T>(job: string, model: string, work: () => Promise<T>) => Promise<T | null>;

/** Runs one job, reports its outcome, and keeps a record of runs that did something, failed, or are a minute apart. */
function createRunner(deps: JobsDeps): Run {
  const recorded = new Map<string, number>();
  return async (job, model, work) => {
    const started = deps.clock.now();
    const finish = async (outcome: JobRun['outcome'], detail: string, notable: boolean) => {
      const finished = deps.clock.now();
      deps.events.jobFinished({ job, model, outcome, seconds: (finished - started) / 1000, detail });
      const key = `${job}\n${model}`;
      if (!notable && started - (recorded.get(key) ?? 0) < 60_000) return;
      recorded.set(key, started);
      await deps.record({ job, model, started, finished, outcome, detail }).catch(() => undefined);
    };
    try {
      const result = await work();
      await finish(
        'done',
        typeof result === 'number' ? String(result) : '',
        typeof result === 'number' && result > 0,
      );
      return result;
    } catch (error) {
      const outcome = isNotLeader(error) ? 'skipped' : 'failed';
      await finish(outcome, error instanceof Error ? error.message : String(error), true);
      return null;
    }
  };
}

/**
 * Messages have a chain of their own once it is woken: a receiver that hangs must not hold up judging. In a replay
 * they are part of the round, because it waits for its orders.
 */
function createMessages(deps: JobsDeps, run: Run) {
  let apart = false;
  let delivery: Promise<number> | null = null;
  const deliver = async (patience?: number): Promise<number> => {
    if (!deps.gate.isOpen) return 0;
    const waited = patience === undefined ? undefined : deps.clock.sleep(patience);
    const sent = (await run('outbox', '', async () => deps.outbox.tick(waited))) ?? 0;
    await run('retraining', '', async () => deps.retraining.tick());
    return sent;
  };
  return {
    deliver,
    get apart() {
      return apart;
    },
    wake: async () => {
      apart = true;
      delivery ??= deliver(outboxPatience).finally(() => {
        delivery = null;
      });
    },
    ended: async () => void (await delivery),
  };
}

/** When a wake-up leads to a round. */
function createRest(clock: Clock) {
  let waiting = false;
  let last = Number.NEGATIVE_INFINITY;
  let length = wakeEvery;
  return {
    /** A round that began at `started` is over. */
    begin: (started: number) => {
      last = clock.now();
      length = Math.min(longestRest, Math.max(wakeEvery, restShare * (last - started)));
    },
    /** A wake-up while one is waiting already, or just after a round, has nothing to add. */
    wake: (work: () => Promise<unknown>) => async () => {
      const rested = clock.now() - last;
      // Below 0 the clock was set back; waiting for it to catch up could take hours.
      if (waiting || (rested >= 0 && rested < length)) return;
      waiting = true;
      await work().catch(() => undefined);
      waiting = false;
    },
  };
}

/** How far things stood when a round began, epoch milliseconds. */
interface Reading {
  /** Run's clock. */
  readonly now: number;
  /** Rejected when the store did not say. */
  readonly readUpTo: Promise<number>;
}

/** Partitions are read at different speeds: only what all of them are past is a sample of the stream. */
async function learn(deps: JobsDeps, run: Run, { now, readUpTo }: Reading): Promise<void> {
  let cut = false;
  for (const stream of (await run('streams', '', async () => ({ list: await deps.streams() })))?.list ?? []) {
    const outcome = await run('learn', stream.model, async () =>
      deps.baselines.learn(stream.model, stream.environment, Math.min(now, await readUpTo)),
    );
    if (outcome === null) continue;
    deps.onLearning(stream, outcome.state === 'learning' ? outcome.sentence : '');
    cut ||= outcome.state === 'cut';
  }
  if (cut) await run('profile', '', async () => (await deps.profiler.tick({ now })).profiled);
}

async function detect(deps: JobsDeps, run: Run, { now, readUpTo }: Reading): Promise<number> {
  let judged = 0;
  // An alert that failed must not wait for the next window of its stream, which may be an hour away.
  if (deps.roles.act && deps.actor.pending > 0) await run('act', '', () => act(deps, []));
  for (;;) {
    const windows = await run('windows', '', async () =>
      deps.detector.tick({ now, readUpTo: await readUpTo, cap: windowsPerTick }),
    );
    if (windows === null || windows.length === 0) return judged;
    judged += windows.length;
    if (deps.roles.act) await run('act', '', () => act(deps, windows));
    // Fewer than a stream's cap: no stream has any left.
    if (windows.length < windowsPerTick) return judged;
  }
}

async function act(deps: JobsDeps, windows: readonly JudgedWindow[]): Promise<void> {
  await deps.actor.handle(windows, runTime(deps.runClock, deps.latenessSeconds));
}
