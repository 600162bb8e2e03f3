import type { Clock } from './clock.ts';

export interface Backoff {
  /** First wait, milliseconds. */
  readonly first: number;
  /** Longest wait, milliseconds. */
  readonly most: number;
}

/** Wait before attempt `attempt` (1 = the first retry): doubled each time, with the upper half at random. */
export function backoffMilliseconds(backoff: Backoff, attempt: number, random: () => number): number {
  const full = Math.min(backoff.most, backoff.first * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: Backoff;
  /** Whether this failure may pass by itself. */
  readonly retriable: (error: unknown) => boolean;
  /** Told before each wait. */
  readonly onRetry?: (error: unknown, attempt: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs `work` until it succeeds, fails for good, or the signal aborts. Never gives up on a retriable failure. */
export async function retry<T>(deps: RetryDeps, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (deps.signal?.aborted || !deps.retriable(error)) throw error;
      deps.onRetry?.(error, attempt);
      await deps.clock.sleep(backoffMilliseconds(deps.backoff, attempt, deps.random), deps.signal);
    }
  }
}
