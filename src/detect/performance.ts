import type { Baseline } from '../domain/baseline.ts';
import type { LabelArrivals } from '../domain/performance.ts';
import type { Window } from '../domain/window.ts';
import { addOutcomes, type OutcomeSums } from '../stats/performance/outcomes.ts';
import { type LabelState, labelState, usualArrivals } from './label-arrivals.ts';
import type { Coverage, Hours, PerformanceReader, Stream } from './ports.ts';
import { daySeconds, hourSeconds } from './windows.ts';

/** Labelled rows that windows are held against. */
export interface PerformanceReference {
  /** Of the baseline's period, or of the first weeks with labels since it is active. */
  readonly of: 'baseline' | 'first-weeks';
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly sums: OutcomeSums;
}

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

/** Labelled rows that a reference needs. */
const leastReference = 200;
/** The first weeks: so long, and longer while they have fewer labelled rows than that. */
const firstDays = 14;
const mostFirstDays = 56;
/** How much of the past tells what labels usually do, and how much a measure moves by itself. */
const pastDays = 28;
const shortBlock = 6 * hourSeconds;
/** Past hours that were not counted when they were new (the first label came later) and are counted with one batch. */
const catchUpHours = 48;

export interface PerformanceRequest {
  readonly stream: Stream;
  readonly baseline: Baseline;
  /** When the baseline became active, epoch milliseconds. */
  readonly activeFrom: number;
  readonly coverage: Coverage;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
}

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
      const reference = await readReference(reader, request, tried);
      const first = Math.min(...windows.map(({ start }) => start));
      const period = {
        from: floorTo(Math.max(0, first - (pastDays + 1) * daySeconds), daySeconds),
        to: Math.max(...windows.map(({ end }) => end)),
      };
      const [sums, blocks, arrivals] = [
        await reader.sums(
          stream,
          windows.map(({ start, end }) => ({ from: start, to: end })),
        ),
        reference === null
          ? []
          : await reader.blocks(
              stream,
              { from: reference.from, to: reference.from + pastDays * daySeconds },
              shortBlock,
            ),
        await reader.arrivals(stream, period),
      ];
      const own = new Map(windows.map((window, i) => [window, sums[i] ?? null]));
      const usual = createUsual(arrivals, now);
      return window => ({
        sums: own.get(window) ?? null,
        reference: reference !== null && reference.to <= window.start ? reference : null,
        blocks: blocksBefore(blocks, window),
        labels: labelState(hoursIn(arrivals, window.start, window.end), usual(window.start), now),
      });
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

function hoursIn(arrivals: readonly LabelArrivals[], from: number, to: number): readonly LabelArrivals[] {
  return arrivals.filter(({ hour }) => hour >= from && hour < to);
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

async function readReference(
  reader: PerformanceReader,
  request: PerformanceRequest,
  tried: Set<string>,
): Promise<PerformanceReference | null> {
  const { stream, baseline } = request;
  const period = {
    from: floorTo(baseline.from / 1000, hourSeconds),
    to: floorTo(baseline.to / 1000, hourSeconds),
  };
  if (period.to > period.from) {
    await countPeriod(reader, request, { period, tried });
    const [sums] = await reader.sums(stream, [period]);
    if (sums != null && sums.labelled >= leastReference && (await sameVersion(reader, request, period)))
      return { of: 'baseline', ...period, sums };
  }
  return firstWeeks(reader, request);
}

/**
 * Whether the rows of a period come mostly from the version that serves since the baseline is active. Those of the model
 * that was replaced (a baseline cut from the new one's training period) say nothing about the new one.
 */
async function sameVersion(
  reader: PerformanceReader,
  { stream, activeFrom }: PerformanceRequest,
  period: Hours,
): Promise<boolean> {
  const since = floorTo(activeFrom / 1000, hourSeconds);
  const main = async (hours: Hours) =>
    (await reader.versions(stream, hours)).reduce<{
      readonly version: string;
      readonly sums: OutcomeSums;
    } | null>((most, one) => (most === null || one.sums.rows > most.sums.rows ? one : most), null);
  const [then, now] = [await main(period), await main({ from: since, to: since + 7 * daySeconds })];
  return now === null || then?.version === now.version;
}

async function countPeriod(
  reader: PerformanceReader,
  { stream, baseline, coverage }: PerformanceRequest,
  { period, tried }: { readonly period: Hours; readonly tried: Set<string> },
): Promise<void> {
  const length = (period.to - period.from) / hourSeconds;
  const profiled = new Map(coverage.hours.map(hour => [hour.hour, hour]));
  const key = JSON.stringify([stream.model, stream.environment, baseline.baseline]);
  const again = tried.has(key);
  tried.add(key);
  const hours = Array.from({ length }, (_, i) => period.from + i * hourSeconds).flatMap(hour => {
    const { generation = 0n, rows = 0 } = profiled.get(hour) ?? {};
    if (generation > 0n) return [{ hour, generation, rows }];
    return again ? [] : [{ hour, generation: 1n, rows: Math.ceil(baseline.rows / length) }];
  });
  await reader.count(stream, hours);
}

/** The first two weeks with labels since the baseline is active, longer while there are too few of them. */
async function firstWeeks(
  reader: PerformanceReader,
  { stream, activeFrom, now }: PerformanceRequest,
): Promise<PerformanceReference | null> {
  const since = floorTo(activeFrom / 1000, daySeconds);
  const arrivals = await reader.arrivals(stream, { from: since, to: Math.floor(now / 1000) });
  const first = arrivals.find(({ labelled }) => labelled > 0);
  if (first === undefined) return null;
  const from = floorTo(first.hour, daySeconds);
  for (let days = firstDays; days <= mostFirstDays; days += 7) {
    const to = from + days * daySeconds;
    const labelled = hoursIn(arrivals, from, to).reduce((sum, hour) => sum + hour.labelled, 0);
    if (labelled < leastReference) continue;
    const [sums] = await reader.sums(stream, [{ from, to }]);
    return sums == null ? null : { of: 'first-weeks', from, to, sums };
  }
  return null;
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
