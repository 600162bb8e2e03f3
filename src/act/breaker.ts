import { outcomeOf } from './schedule.ts';

/** When a receiver is left alone. Durations in milliseconds. */
export interface BreakerSettings {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open at first; each probe that fails doubles it ... */
  readonly wait: number;
  /** ... up to this. */
  readonly longestWait: number;
}

export const defaultBreaker: BreakerSettings = { failures: 5, wait: 30_000, longestWait: 600_000 };

/** What an attempt tells about its receiver. */
export interface BreakerAttempt {
  /** HTTP status, 0 without an answer. */
  readonly status: number;
  /** Wall clock, epoch milliseconds. */
  readonly at: number;
}

/**
 * `closed`: messages are sent. `open`: none is, until `until`. `half-open`: one is sent, and its answer closes the
 * breaker or opens it again.
 */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row by now. */
  readonly failures: number;
  /** End of the wait, wall clock, epoch milliseconds; 0 while closed. */
  readonly until: number;
}

/** Attempts needed to know the state: more failures in a row change nothing any more. */
export function attemptsNeeded({ failures, wait, longestWait }: BreakerSettings): number {
  return failures + Math.ceil(Math.log2(Math.max(1, longestWait / wait)));
}

/**
 * State of a receiver's breaker, from what is recorded of its last attempts, newest first: so a restart changes nothing.
 * A failure is what would be tried again (no answer, 408, 425, 429, 5xx); any other answer shows that somebody is there.
 */
export function breakerOf(
  newestFirst: readonly BreakerAttempt[],
  now: number,
  settings: BreakerSettings = defaultBreaker,
): Breaker {
  const good = newestFirst.findIndex(({ status }) => outcomeOf(status) !== 'retry');
  const failures = good === -1 ? newestFirst.length : good;
  if (failures < settings.failures) return { state: 'closed', failures, until: 0 };
  const wait = Math.min(settings.longestWait, settings.wait * 2 ** (failures - settings.failures));
  const { at } = newestFirst[0]!;
  // An attempt of the future was recorded before the clock was set back: nobody is to wait for that.
  const until = at > now ? now : at + wait;
  return { state: now >= until ? 'half-open' : 'open', failures, until };
}
