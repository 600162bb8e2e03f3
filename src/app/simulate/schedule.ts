import { createEventClock, type EventClock } from '../../simulate/event-time.ts';
import type { Span } from '../../simulate/moment.ts';
import { usage } from '../../simulate/usage.ts';
import type { SimulateRequest } from './request.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** History made when nobody says how much. */
const usualHistory = 14 * day;
/** A service with the default retention takes rows of the last 30 days. */
export const acceptedAge = 30 * day;
/** Timers cannot wait longer. */
const longestRun = 20 * day;

/** When a run begins and ends, in both times. */
export interface Schedule {
  readonly eventClock: EventClock;
  /** Event time, epoch milliseconds. */
  readonly span: Span;
  /** Milliseconds; infinite when the run has no end of its own. */
  readonly runTime: number;
}

/**
 * A run faster than the wall clock begins in the past: so far back that it arrives at the present when it ends. It ends
 * there unless a longer run time is given.
 *
 * @param rowCount Rows of a file that is sent once; null otherwise.
 * @throws LeewayError LW_USAGE
 */
export function scheduleOf(
  request: Pick<SimulateRequest, 'eventSpeed' | 'from' | 'runTime' | 'rate'>,
  started: number,
  rowCount: number | null,
): Schedule {
  const { eventSpeed: speed } = request;
  const rowTime =
    rowCount === null || !Number.isFinite(request.rate) ? null : (rowCount / request.rate) * 1000;
  const wanted = request.runTime ?? rowTime;
  const from = request.from ?? startOf(speed, wanted, started);
  if (from > started)
    throw usage('--from lies in the future: no service accepts times that are still to come.');
  const eventClock = createEventClock({ from, started, speed });
  const runTime = wanted ?? (speed > 1 ? eventClock.caughtUp : Number.POSITIVE_INFINITY);
  if (Number.isFinite(runTime) && runTime > longestRun) throw usage('A run may take at most 20 days.');
  const to = Number.isFinite(runTime) ? eventClock.at(runTime) : Number.POSITIVE_INFINITY;
  return { eventClock, span: { from, to }, runTime };
}

function startOf(speed: number, runTime: number | null, started: number): number {
  if (speed <= 1) return started;
  const history = runTime === null ? usualHistory : runTime * (speed - 1);
  if (history > acceptedAge - day)
    throw usage(
      `At --event-speed ${speed} this run would cover ${Math.ceil(history / day)} days; a service takes the last 30. Give a shorter --run-time, or --from.`,
    );
  return Math.floor((started - history) / hour) * hour;
}
