import { setMaxListeners } from 'node:events';
import type { Clock } from '../lib/clock.ts';
import { type ArrivalPlan, firstArrival, gapAt } from './arrivals.ts';
import type { EventClock } from './event-time.ts';
import type { Payload } from './payload.ts';
import type { Answer, Sender } from './ports.ts';
import type { Tally } from './tally.ts';
import type { UserTraffic } from './traffic.ts';

export interface RunPlan {
  readonly arrivals: ArrivalPlan;
  /** Milliseconds; infinite until it is stopped or the rows are at an end. */
  readonly runTime: number;
  /** How long the end waits for what is behind schedule or not answered yet, milliseconds. */
  readonly stopTimeout: number;
  /** Event times of payloads do not lie before it, epoch milliseconds. */
  readonly from: number;
  readonly eventClock: EventClock;
}

export interface RunDeps {
  readonly sender: Sender;
  readonly traffic: (user: number) => UserTraffic;
  readonly tally: Tally;
  readonly clock: Clock;
  /** Milliseconds since the start of the run, to parts of a millisecond. */
  readonly elapsed: () => number;
  /** Aborts when the run shall end now. */
  readonly signal: AbortSignal;
  /** Told every second with the milliseconds since the start. */
  readonly everySecond: (elapsed: number) => void;
}

/** How a run ended. */
export interface RunEnd {
  /** From the first payload due to the last answer, milliseconds. */
  readonly milliseconds: number;
  /** Payloads that were due and never sent, because target or machine did not keep up. */
  readonly unsent: number;
  readonly labelsWaiting: number;
  readonly labelsDropped: number;
  readonly stopped: boolean;
}

/** Users at work now, for the live line. */
export interface Users {
  active: number;
}

/** After a failure nobody sends again at once when nothing else holds them, milliseconds. */
const failurePause = 250;

/**
 * Sends payloads until the time is over. Every user has one request under way at most, and a schedule of its own that
 * does not wait for answers: what is late because an answer was slow is sent as soon as it can be, and its latency
 * counts from the moment it was due (no coordinated omission). Without a rate the moment of sending is the moment due.
 */
export async function runUsers(plan: RunPlan, deps: RunDeps, users: Users): Promise<RunEnd> {
  const run = openRun(plan, deps);
  const ticker = tick(deps, run.over);
  const traffics = Array.from({ length: plan.arrivals.users }, (_, user) => deps.traffic(user));
  try {
    const unsent = await Promise.all(
      traffics.map(async (traffic, user) => {
        try {
          return await runUser({ plan, deps, run, traffic, users }, user);
        } catch (error) {
          // One user's reason to give up is everybody's.
          run.fail(error);
          return 0;
        }
      }),
    );
    run.check();
    const sum = (of: (traffic: UserTraffic) => number) => traffics.reduce((total, one) => total + of(one), 0);
    return {
      milliseconds: deps.elapsed(),
      unsent: unsent.reduce((total, one) => total + one, 0),
      labelsWaiting: sum(one => one.labelsWaiting),
      labelsDropped: sum(one => one.labelsDropped),
      stopped: deps.signal.aborted,
    };
  } finally {
    run.close();
    await ticker;
  }
}

/** Two ends: `ending` lets nothing new begin to wait, `over` breaks off what is under way. */
function openRun(plan: RunPlan, deps: RunDeps) {
  const ending = new AbortController();
  const over = new AbortController();
  // Every user listens.
  setMaxListeners(0, ending.signal, over.signal);
  let failure: { readonly error: unknown } | null = null;
  let end = plan.runTime;
  const giveUpAfter = (milliseconds: number) =>
    deps.clock.sleep(milliseconds, over.signal).then(
      () => over.abort(new Error('the run is over')),
      () => undefined,
    );
  const stop = () => {
    end = Math.min(end, deps.elapsed());
    ending.abort(new Error('the run ends'));
    void giveUpAfter(plan.stopTimeout);
  };
  if (deps.signal.aborted) stop();
  else deps.signal.addEventListener('abort', stop, { once: true });
  if (Number.isFinite(plan.runTime)) void giveUpAfter(plan.runTime + plan.stopTimeout);
  return {
    ending: ending.signal,
    over: over.signal,
    get end() {
      return end;
    },
    fail: (error: unknown) => {
      failure ??= { error };
      end = Math.min(end, deps.elapsed());
      ending.abort(error);
      over.abort(error);
    },
    check: () => {
      if (failure !== null) throw failure.error;
    },
    close: () => {
      deps.signal.removeEventListener('abort', stop);
      over.abort(new Error('the run is over'));
    },
  };
}

interface UserWork {
  readonly plan: RunPlan;
  readonly deps: RunDeps;
  readonly run: ReturnType<typeof openRun>;
  readonly traffic: UserTraffic;
  readonly users: Users;
}

/** Returns payloads that were due and not sent. */
async function runUser(work: UserWork, user: number): Promise<number> {
  const { plan, deps, run, traffic, users } = work;
  const paced = Number.isFinite(plan.arrivals.rate);
  let due = firstArrival(plan.arrivals, user);
  let begun = false;
  try {
    for (;;) {
      if (due < run.end) await until(deps, due, run.ending);
      // Stopped by hand: what is late stays unsent. At the end of the run time it is sent, as long as there is patience.
      if (due >= run.end || run.over.aborted || run.ending.aborted) break;
      if (!begun) {
        begun = true;
        users.active++;
      }
      const payloads = await traffic.next(eventTimes(plan, due));
      if (payloads.length === 0) return 0;
      const answer = await deliver(work, payloads, due);
      if (paced) due += gapAt(plan.arrivals, plan.eventClock.at(due));
      else {
        if (answer.kind === 'failed') await until(deps, deps.elapsed() + failurePause, run.ending);
        due = deps.elapsed();
      }
    }
    return paced && due < run.end ? unsentFrom(plan, due, run.end) : 0;
  } finally {
    if (begun) users.active--;
  }
}

function unsentFrom(plan: RunPlan, due: number, end: number): number {
  let unsent = 0;
  for (let next = due; next < end; next += gapAt(plan.arrivals, plan.eventClock.at(next)))
    unsent += plan.arrivals.batch;
  return unsent;
}

/** Event times of a request that is due at `due`: spread over the time since the one before it. */
function eventTimes({ arrivals, eventClock, from }: RunPlan, due: number): number[] {
  const { batch } = arrivals;
  if (batch === 1) return [eventClock.at(due)];
  const gap = Number.isFinite(arrivals.rate) ? gapAt(arrivals, eventClock.at(due)) : 0;
  return Array.from({ length: batch }, (_, i) =>
    Math.max(from, eventClock.at(Math.max(0, due - (gap * (batch - 1 - i)) / batch))),
  );
}

/** Sends until it is taken or has failed; "not now" is waited for as long as the target asks. */
async function deliver({ deps, run }: UserWork, payloads: readonly Payload[], due: number): Promise<Answer> {
  const { sender, tally } = deps;
  for (;;) {
    const answer = await sender.send(payloads, run.over);
    if (answer.kind !== 'later') {
      tally.settle(payloads, answer, deps.elapsed() - due);
      return answer;
    }
    const waited = deps.elapsed();
    await until(deps, waited + answer.afterMs, run.over);
    tally.defer(answer.reason, deps.elapsed() - waited);
    if (!run.over.aborted) continue;
    const failed = { kind: 'failed', reason: `${answer.reason} until the end` } as const;
    tally.settle(payloads, failed, deps.elapsed() - due);
    return failed;
  }
}

/** Resolves at a moment of the run, or when the signal aborts. */
async function until(deps: RunDeps, moment: number, signal: AbortSignal): Promise<void> {
  const wait = moment - deps.elapsed();
  // A timer of a fraction of a millisecond takes more than one: what is due within it is due.
  if (wait >= 1) await deps.clock.sleep(wait, signal).catch(() => undefined);
}

async function tick({ clock, elapsed, everySecond }: RunDeps, over: AbortSignal): Promise<void> {
  for (let second = 1; !over.aborted; second++) {
    await clock.sleep(Math.max(1, second * 1000 - elapsed()), over).catch(() => undefined);
    if (!over.aborted) everySecond(elapsed());
  }
}
