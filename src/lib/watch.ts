import { systemClock } from './clock.ts';

/** A moment on two clocks, milliseconds. */
export interface Moment {
  /** Never set; passes while the process is stopped, but perhaps not while the machine sleeps. */
  readonly monotonic: number;
  /** The wall clock: passes while the machine sleeps, but may be set. */
  readonly wall: number;
}

/** Reads both clocks. */
export type Watch = () => Moment;

/** The machine's own clocks. */
export const systemWatch: Watch = () => ({ monotonic: performance.now(), wall: systemClock.now() });

/**
 * Milliseconds between two moments: the longer of both clocks. A wall clock that was set forward makes it too long; it
 * is never too short, so that a process that has slept knows it.
 */
export function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.monotonic - from.monotonic, to.wall - from.wall);
}
