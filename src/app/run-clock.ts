/**
 * The clock that decides what is due: the wall clock in service, the replay's position (event time) in a replay. In
 * event time a window is acted on as of the moment it became due, so that results do not depend on the speed.
 */
export interface RunClock {
  readonly kind: 'wall' | 'event';
  /** Epoch milliseconds. */
  now(): number;
}

/** When a window that ends at `windowEnd` (epoch seconds) is acted on, epoch milliseconds. */
export function runTime(clock: RunClock, latenessSeconds: number): (windowEnd: number) => number {
  if (clock.kind === 'event') return windowEnd => (windowEnd + latenessSeconds) * 1000;
  const now = clock.now();
  return () => now;
}
