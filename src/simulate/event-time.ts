/** How event time runs. All epoch milliseconds. */
export interface EventClock {
  /** Event time so many milliseconds after the start. */
  at(elapsed: number): number;
  /** Milliseconds after the start at which event time has caught up with the wall clock; infinite if it never does. */
  readonly caughtUp: number;
}

/**
 * Event time begins at `from` and runs `speed` times as fast as the wall clock, until it has caught up with it; then
 * it is the wall clock, for no service accepts times that are still to come.
 *
 * @example
 * createEventClock({ from: 0, started: 7_200_000, speed: 3601 }).caughtUp // 2000
 */
export function createEventClock(of: {
  readonly from: number;
  /** The wall clock at the start of the run. */
  readonly started: number;
  readonly speed: number;
}): EventClock {
  const { from, started, speed } = of;
  const behind = started - from;
  const caughtUp = speed > 1 ? behind / (speed - 1) : behind > 0 || speed < 1 ? Number.POSITIVE_INFINITY : 0;
  return {
    caughtUp,
    at: elapsed => (elapsed >= caughtUp ? started + elapsed : from + elapsed * speed),
  };
}
