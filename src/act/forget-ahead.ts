import type { JudgedWindow } from '../domain/finding.ts';
import type { DecisionContext } from './change.ts';
import { type Memory, withLength } from './memory.ts';

/** How far the clocks of processes may be apart without anything being thought of it, milliseconds. */
const tolerated = 3_600_000;

/**
 * Whether a window's end (epoch seconds) lies in the future: it was judged while the clock was ahead. `now` gives the
 * run's clock as a window is decided on; in event time that is after the window's end, so nothing is ever ahead.
 */
export function isAhead(end: number, now: (windowEnd: number) => number): boolean {
  return end * 1000 > now(end) + tolerated;
}

/**
 * Without what windows from the future have left behind, once the clock is right again: the lengths that they were of
 * start afresh, or every real window would be older than the last one until that future has come. What they hold stays
 * held, and ends as any hold does.
 */
export function forgetAhead(
  memory: Memory,
  window: Pick<JudgedWindow, 'windowStart' | 'windowSeconds'>,
  { ahead, now }: Pick<DecisionContext, 'ahead' | 'now'>,
): Memory {
  if (ahead === undefined) return memory;
  const lengths = Object.entries(memory.lengths).filter(([, { lastEnd }]) => ahead(lastEnd));
  if (lengths.length === 0) return memory;
  const end = window.windowStart + window.windowSeconds;
  let next: Memory = { ...memory, told: Math.min(memory.told, now) };
  for (const [key, length] of lengths)
    next = withLength(next, Number(key), {
      ...length,
      // Just before this window: windows that end with it are new, those before are not decided on once more.
      lastEnd: end - 1,
      start: Math.min(length.start, end - 1),
      end: Math.min(length.end, end - 1),
      clears: {},
      recent: [],
      doubts: [],
      inhibitors: [],
      released: false,
      paged: 0,
      prior: null,
    });
  return next;
}
