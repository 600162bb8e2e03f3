import type { LabelArrivals } from '../domain/performance.ts';
import type { Window } from '../domain/window.ts';
import { addOutcomes, type OutcomeSums } from '../stats/performance/outcomes.ts';
import { type LabelState, labelState, usualArrivals } from './label-arrivals.ts';
import {
  floorTo,
  hoursIn,
  type PerformanceReference,
  type PerformanceRequest,
  readReferences,
} from './performance-reference.ts';
import type { PerformanceReader, Stream } from './ports.ts';
import { daySeconds, hourSeconds } from './windows.ts';

/** What is known of a model's performance in one window; null throughout for a model that never had a label. */
export interface WindowPerformance {
  readonly sums: OutcomeSums | null;
  readonly reference: PerformanceReference | null;
  /** Labelled rows of past periods about as long as the window, for what the stream does by itself. */
  readonly blocks: readonly OutcomeSums[];
  readonly labels: LabelState;
}

/** A model without labels. */
export const unlabelled = 'unlabelled';

/** How much of the past tells what labels usually do, and how much a measure moves by itself. */
const pastDays = 28;
const shortBlock = 6 * hourSeconds;
/** Past hours that were not counted when they were new (the first label came later) and are counted with one batch. */
const catchUpHours = 48;

/** What windows of one stream and baseline say of performance. */
export interface PerformanceKeeper {
  /** Reads a batch of windows at once. */
  read(
    request: PerformanceRequest,
    windows: readonly Window[],
  ): Promise<(window: Window) => WindowPerformance | typeof unlabelled | null>;
}

/** Creates the keeper; without a reader nothing is known of any window. */
export function createPerformanceKeeper(reader: PerformanceReader | undefined): PerformanceKeeper {
  /** Baselines whose period was counted as far as it can be: hours that are gone must not be looked for again. */
  const tried = new Set<string>();
  return {
    read: async (request, windows) => {
      if (reader === undefined || windows.length === 0) return () => null;
      const { stream, now } = request;
      if (!(await reader.labelled(stream.model))) return () => unlabelled;
      await countWindows(reader, request, windows);
      const references = await readReferences(reader, request, tried);
      const first = Math.min(...windows.map(({ start }) => start));
      const period = {
        from: floorTo(Math.max(0, first - (pastDays + 1) * daySeconds), daySeconds),
        to: Math.max(...windows.map(({ end }) => end)),
      };
      const [sums, arrivals] = [
        await reader.sums(
          stream,
          windows.map(({ start, end }) => ({ from: start, to: end })),
        ),
        await reader.arrivals(stream, period),
      ];
      const blocks = await readBlocks(reader, stream, references);
      const own = new Map(windows.map((window, i) => [window, sums[i] ?? null]));
      const usual = createUsual(arrivals, now);
      return window => {
        const reference = references.find(({ to }) => to <= window.start) ?? null;
        return {
          sums: own.get(window) ?? null,
          reference,
          blocks: blocksBefore(blocks.get(reference) ?? [], window),
          labels: labelState(hoursIn(arrivals, window.start, window.end), usual(window.start), now),
        };
      };
    },
  };
}

/** What is usual is looked up once for all windows that begin on one day. */
function createUsual(arrivals: readonly LabelArrivals[], now: number) {
  const byDay = new Map<number, ReturnType<typeof usualArrivals>>();
  return (start: number) => {
    const day = floorTo(start, daySeconds);
    const known = byDay.get(day) ?? usualArrivals(hoursIn(arrivals, day - pastDays * daySeconds, day), now);
    byDay.set(day, known);
    return known;
  };
}

/**
 * Blocks of 6 hours, of 24 for the longer windows, of the first four weeks of the reference that lie before a window. Not of
 * the newest weeks: a loss that lasts must not pass for what the stream does by itself.
 */
function blocksBefore(
  blocks: readonly { readonly start: number; readonly sums: OutcomeSums }[],
  { start, end }: Window,
): readonly OutcomeSums[] {
  const length = end - start <= shortBlock ? shortBlock : daySeconds;
  const joined = new Map<number, OutcomeSums>();
  for (const { start: at, sums } of blocks) {
    const key = floorTo(at, length);
    if (key + length > start) continue;
    const known = joined.get(key);
    joined.set(key, known === undefined ? sums : addOutcomes(known, sums));
  }
  return [...joined.values()];
}

/** Counts the hours of the windows as they are profiled, and some of the past that were never counted. */
async function countWindows(
  reader: PerformanceReader,
  { stream, coverage }: PerformanceRequest,
  windows: readonly Window[],
): Promise<void> {
  const first = Math.min(...windows.map(({ start }) => start)) - pastDays * daySeconds;
  const last = Math.max(...windows.map(({ end }) => end));
  const known = await reader.counted(stream, { from: Math.max(0, first), to: last });
  const profiled = coverage.hours.filter(
    ({ hour, generation }) => generation > 0n && hour >= first && hour < last,
  );
  const inside = (hour: number) => windows.some(({ start, end }) => hour >= start && hour < end);
  const missing = profiled.filter(({ hour }) => !inside(hour) && !known.has(hour)).slice(-catchUpHours);
  await reader.count(stream, [...profiled.filter(({ hour }) => inside(hour)), ...missing]);
}

type Blocks = Awaited<ReturnType<PerformanceReader['blocks']>>;

/** The first four weeks of each reference, in short blocks. */
async function readBlocks(
  reader: PerformanceReader,
  stream: Stream,
  references: readonly PerformanceReference[],
): Promise<ReadonlyMap<PerformanceReference | null, Blocks>> {
  const found = new Map<PerformanceReference, Blocks>();
  for (const reference of references) {
    const { from, until = Infinity } = reference;
    const to = Math.min(until, from + pastDays * daySeconds);
    found.set(reference, await reader.blocks(stream, { from, to }, shortBlock));
  }
  return found;
}
