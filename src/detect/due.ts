import type { Activation } from '../domain/baseline.ts';
import { type Window, windowLengths } from '../domain/window.ts';
import type { Coverage, LedgerEntry } from './ports.ts';
import { hourSeconds, windowsEndingIn } from './windows.ts';

/** Seconds after its end before a window is judged, so that late rows are in. */
export const defaultLatenessSeconds = 600;
/** Seconds after a window is due before Leeway says that it has not read it. */
export const blindAfterSeconds = 600;
/** Seconds after a window is due until which it waits for profiles that are not made yet. */
export const patienceSeconds = 86_400;

/** A window to be judged now. */
export interface DueWindow extends Window {
  /** Baseline active at its end, 0 when there was none yet. */
  readonly baseline: number;
  /** When that baseline became active, epoch milliseconds. */
  readonly activeFrom: number;
  /** Newest hour generation inside it. */
  readonly generation: bigint;
  /** Not read up to its end: all that can be said of it is `blind`. */
  readonly blind: boolean;
}

/** Everything that decides which windows are due. Times in epoch seconds, clocks in epoch milliseconds. */
export interface DueRequest {
  /** Bucket of the stream's first row. */
  readonly first: number;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Event time up to which every partition has been read, epoch milliseconds. */
  readonly readUpTo: number;
  readonly latenessSeconds: number;
  /** Windows that ended before this are left alone. */
  readonly horizon: number;
  /** Most windows returned. */
  readonly cap: number;
  readonly activations: readonly Activation[];
  /** What exists for each baseline that is or was active. */
  readonly coverage: ReadonlyMap<number, Coverage>;
  readonly ledger: readonly LedgerEntry[];
}

/**
 * Windows to judge now, in order of end and then length, at most `cap`.
 *
 * Due is a window whose end plus lateness lies behind the clock, which every partition has been read past, whose hours
 * are all profiled, and which holds something newer than its findings or is judged by another baseline now. One that is not read ten minutes after that is
 * `blind`, once. Windows that end before the first row's hour is over do not exist.
 */
export function dueWindows(request: DueRequest): DueWindow[] {
  const { first, now, latenessSeconds, horizon } = request;
  const judged = new Map(request.ledger.map(entry => [keyOf(entry.windowStart, entry.windowSeconds), entry]));
  const firstHour = Math.floor(first / hourSeconds) * hourSeconds;
  const from = Math.max(firstHour, horizon);
  const closed = Math.floor(now / 1000 - latenessSeconds);
  const baselineAt = activeBaseline(request.activations);
  const due: DueWindow[] = [];
  for (const length of windowLengths) {
    for (const window of windowsEndingIn(from, closed, length)) {
      const active = baselineAt(window.end * 1000);
      const entry = judged.get(keyOf(window.start, length));
      const decided = decide(request, { ...window, ...active }, entry);
      if (decided !== null) due.push(decided);
    }
  }
  due.sort((a, b) => a.end - b.end || b.start - a.start);
  return due.slice(0, request.cap);
}

function keyOf(start: number, seconds: number): string {
  return `${start}/${seconds}`;
}

function decide(
  request: DueRequest,
  window: Window & { readonly baseline: number; readonly activeFrom: number },
  entry: LedgerEntry | undefined,
): DueWindow | null {
  const since = request.now / 1000 - window.end - request.latenessSeconds;
  if (window.end * 1000 > request.readUpTo) {
    // Judged or told once already: nothing new to say.
    if (since < blindAfterSeconds || entry !== undefined) return null;
    return { ...window, generation: 0n, blind: true };
  }
  const inside = generationIn(request.coverage.get(window.baseline), window);
  if (!inside.complete && since < patienceSeconds) return null;
  const known = entry?.generation ?? null;
  if (known === null || inside.generation > known)
    return { ...window, generation: inside.generation, blind: false };
  // Judged by another baseline, whose activation was replaced for this time: its findings give way to newer ones only.
  return entry?.baseline === window.baseline ? null : { ...window, generation: known + 1n, blind: false };
}

/** Newest generation of the hours in a window, and whether all its rows are profiled. */
function generationIn(
  coverage: Coverage | undefined,
  window: Window,
): { readonly generation: bigint; readonly complete: boolean } {
  let generation = 0n;
  let complete = true;
  const hours = coverage?.hours ?? [];
  for (let i = firstAtOrAfter(hours, window.start); i < hours.length; i++) {
    const hour = hours[i]!;
    if (hour.hour >= window.end) break;
    if (hour.generation > generation) generation = hour.generation;
    if (!hour.complete) complete = false;
  }
  return { generation, complete };
}

function firstAtOrAfter(hours: readonly { readonly hour: number }[], start: number): number {
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hours[middle]!.hour < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The baseline of all versions that is active at a moment: the last one activated at or before it. */
export function activeBaseline(
  activations: readonly Activation[],
): (at: number) => { readonly baseline: number; readonly activeFrom: number } {
  const whole = activations.filter(a => a.version === '').sort((a, b) => a.from - b.from || a.at - b.at);
  return at => {
    const active = whole.findLast(a => a.from <= at);
    return { baseline: active?.baseline ?? 0, activeFrom: active?.from ?? 0 };
  };
}

/** Why a window teaches more than it tells; null when it can be judged. */
export type LearningReason =
  | 'no baseline yet'
  | 'starts before the first row'
  | 'overlaps the period its baseline was cut from';

/**
 * Whether a window is `learning`: it ends before a baseline is active, starts before the first row, or overlaps the
 * period its own baseline was cut from.
 *
 * @param first - bucket of the first row, epoch seconds
 * @param period - of the baseline, epoch milliseconds; null without a baseline, both 0 without a time axis
 */
export function learningReason(
  window: Window,
  first: number,
  period: { readonly from: number; readonly to: number } | null,
): LearningReason | null {
  if (period === null) return 'no baseline yet';
  if (window.start < first) return 'starts before the first row';
  if (period.to > 0 && window.start * 1000 < period.to && window.end * 1000 > period.from)
    return 'overlaps the period its baseline was cut from';
  return null;
}
