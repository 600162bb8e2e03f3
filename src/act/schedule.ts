import type { Delivery } from '../domain/alert.ts';

/**
 * Wait before each attempt, milliseconds: the schedule Standard Webhooks 1.0.0 gives as its example. Ten attempts
 * over 75 h 35 min.
 */
export const retrySchedule: readonly number[] = [
  0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000,
];

/** Longest wait a receiver may ask for by Retry-After, milliseconds. */
export const longestRetryAfter = 86_400_000;

/** What an answer means for the message. 0 is no answer: connection refused, timeout, refused address. */
export function outcomeOf(status: number): Delivery['outcome'] {
  if (status >= 200 && status < 300) return 'done';
  if (status === 410) return 'disabled';
  if (status === 0 || status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  return 'failed';
}

/**
 * Milliseconds from failed attempt number `attempt` (from 1) to the next one, or null when it was the last. A tenth at
 * random is added, so that messages that failed together do not come back together; a longer Retry-After counts.
 */
export function nextDelay(attempt: number, retryAfter: number | null, random: () => number): number | null {
  const base = retrySchedule[attempt];
  if (base === undefined) return null;
  const jittered = base * (1 + 0.1 * random());
  return Math.round(Math.max(jittered, Math.min(retryAfter ?? 0, longestRetryAfter)));
}

/** Reads a Retry-After header, seconds or an HTTP date, as milliseconds from `now`; null when it says nothing. */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
