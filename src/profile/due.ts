import type { Activation } from '../domain/baseline.ts';
import { bucketSeconds } from '../domain/inference.ts';
import type { DueBucket } from './ports.ts';

const hourSeconds = 3600;

/** A bucket is old once its hour ended this long ago; old buckets are profiled again at most every `debounceSeconds`. */
const oldAfterSeconds = 3600;
export const defaultDebounceSeconds = 600;

/** Longest window, and so how far a baseline reaches back before its activation and on after its end. */
const reachSeconds = 168 * hourSeconds;

/** A baseline with the time it judges: [from, until), epoch seconds. */
export interface BaselineSpan {
  readonly baseline: number;
  readonly from: number;
  /** Infinity while it is active. */
  readonly until: number;
}

/**
 * The baselines whose profiles are kept up at `now`: of the model and of each version with baselines of its own, the
 * one active now and the ones before it. A baseline active for several reasons keeps its widest span; an activation in
 * the future does not count yet.
 *
 * @param now run's clock, epoch milliseconds
 */
export function relevantBaselines(activations: readonly Activation[], now: number): BaselineSpan[] {
  const spans = new Map<number, BaselineSpan>();
  const versions = new Set(activations.map(activation => activation.version));
  for (const version of versions) {
    const begun = activations
      .filter(a => a.version === version && a.from <= now)
      .sort((a, b) => a.from - b.from || a.at - b.at);
    for (const [i, activation] of begun.entries()) {
      const { baseline } = activation;
      const from = activation.from / 1000;
      const until = i + 1 < begun.length ? begun[i + 1]!.from / 1000 : Infinity;
      const known = spans.get(baseline);
      spans.set(baseline, {
        baseline,
        from: Math.min(from, known?.from ?? Infinity),
        until: Math.max(until, known?.until ?? -Infinity),
      });
    }
  }
  // An active baseline goes first: it is what the next windows are judged by.
  return [...spans.values()].sort((a, b) => b.until - a.until || b.baseline - a.baseline);
}

export interface DueRule {
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Store's clock, epoch milliseconds. */
  readonly storeNow: number;
  readonly rawRetentionSeconds: number;
  /** Least time between two profilings of an old bucket, on the store's clock; ten minutes by default. */
  readonly debounceSeconds?: number;
  readonly span: BaselineSpan;
}

/** Whether a bucket lies so far back that its rows may be gone: its profiles stand. */
export function isSealed(bucket: number, rule: Pick<DueRule, 'now' | 'rawRetentionSeconds'>): boolean {
  return bucket + rule.rawRetentionSeconds < rule.now / 1000;
}

/**
 * Which of the touched buckets to profile now, newest first: closed, not sealed, and not profiled within ten minutes
 * if old. For a baseline that is no longer active: what its own windows can hold, and what was profiled for it before
 * its end plus a week and touched again.
 */
export function bucketsToProfile(touched: readonly DueBucket[], rule: DueRule): number[] {
  return touched
    .filter(due => isClosed(due.bucket, rule) && !isSealed(due.bucket, rule))
    .filter(due => belongs(due, rule.span) && !waits(due, rule))
    .map(due => due.bucket)
    .sort((a, b) => b - a);
}

function isClosed(bucket: number, { now }: DueRule): boolean {
  return bucket + bucketSeconds <= now / 1000;
}

function belongs({ bucket, started }: DueBucket, span: BaselineSpan): boolean {
  if (span.until === Infinity) return true;
  if (started !== null) return bucket < span.until + reachSeconds;
  return bucket >= span.from - reachSeconds && bucket < span.until;
}

function waits({ bucket, started }: DueBucket, rule: DueRule): boolean {
  if (started === null) return false;
  const { now, storeNow, debounceSeconds = defaultDebounceSeconds } = rule;
  const hourEnd = (Math.floor(bucket / hourSeconds) + 1) * hourSeconds;
  const old = hourEnd + oldAfterSeconds < now / 1000;
  return old && storeNow < started + debounceSeconds * 1000;
}

/** Hours or days that have ended, and whose parts may all still be read. */
export function sumsToMake(
  starts: readonly number[],
  grain: number,
  rule: Pick<DueRule, 'now' | 'rawRetentionSeconds'>,
): number[] {
  return starts.filter(start => {
    const ended = start + grain <= rule.now / 1000;
    // Hours are made of 5-minute profiles, which are dropped with the raw rows; hourly ones live longer.
    return ended && (grain !== hourSeconds || !isSealed(start, rule));
  });
}
