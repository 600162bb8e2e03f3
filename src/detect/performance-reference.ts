import { type Activation, type Baseline, isByOrder } from '../domain/baseline.ts';
import type { LabelArrivals } from '../domain/performance.ts';
import { performanceLoss, performanceTolerance } from '../stats/performance/loss.ts';
import { measuresIn, type OutcomeSums } from '../stats/performance/outcomes.ts';
import type { BaselineReader, Coverage, Hours, PerformanceReader, Stream } from './ports.ts';
import { daySeconds, hourSeconds } from './windows.ts';

/** Labelled rows that windows are held against. */
export interface PerformanceReference {
  /** Of the baseline's period, of the first weeks with labels since it is active, or of what a version replaced. */
  readonly of: 'baseline' | 'first-weeks' | 'replaced';
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly sums: OutcomeSums;
  /** Up to when its periods tell what the stream does by itself, epoch seconds; absent: as far as they reach. */
  readonly until?: number;
}

/** Labelled rows that a reference needs. */
const leastReference = 200;
/** The first weeks: so long, and longer while they have fewer labelled rows than that. */
const firstDays = 14;
const mostFirstDays = 56;

export interface PerformanceRequest {
  readonly stream: Stream;
  readonly baseline: Baseline;
  /** When the baseline became active, epoch milliseconds. */
  readonly activeFrom: number;
  /** What the version that serves took over from by an order; absent where a person chose the baseline. */
  readonly replaced?: Replaced | null;
  readonly coverage: Coverage;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
}

/** A baseline and when it was active, epoch milliseconds. */
export interface Served {
  readonly baseline: number;
  readonly activeFrom: number;
  readonly activeTo: number;
}

export interface Replaced extends Omit<Served, 'baseline'> {
  readonly baseline: Baseline;
}

/**
 * What was active before orders brought the version that is active from a moment on: the last baseline that no order
 * activated, so that a row of retrainings does not come down step by step. Null without one.
 */
export function replacedBy(activations: readonly Activation[], activeFrom: number): Served | null {
  const whole = activations.filter(a => a.version === '').sort((a, b) => a.from - b.from || a.at - b.at);
  let i = whole.findLastIndex(a => a.from === activeFrom);
  if (i < 0 || !isByOrder(whole[i]!)) return null;
  while (i > 0 && isByOrder(whole[i]!)) i -= 1;
  const { baseline, from, by } = whole[i]!;
  return isByOrder({ by }) ? null : { baseline, activeFrom: from, activeTo: whole[i + 1]!.from };
}

/** The same with its baseline. */
export async function replacedOf(
  baselines: Pick<BaselineReader, 'read'>,
  activations: readonly Activation[],
  activeFrom: number,
): Promise<Replaced | null> {
  const served = replacedBy(activations, activeFrom);
  const baseline = served === null ? null : await baselines.read(activations[0]!.model, served.baseline);
  return baseline === null ? null : { ...served!, baseline };
}

/**
 * References of the windows, the preferred one first. A version that an order brought is held against what it replaced,
 * while its own is still being learnt, and for good where its own is worse: a retraining that did not help must not
 * become what is usual.
 */
export async function readReferences(
  reader: PerformanceReader,
  request: PerformanceRequest,
  tried: Set<string>,
): Promise<readonly PerformanceReference[]> {
  const { replaced = null } = request;
  const own = await readReference(reader, request, tried);
  const old = replaced === null ? null : await readReference(reader, { ...request, ...replaced }, tried);
  const before: PerformanceReference | null =
    old === null ? null : { ...old, of: 'replaced', until: Math.floor(replaced!.activeTo / 1000) };
  const kept = own !== null && before !== null && isWorse(own.sums, before.sums) ? null : own;
  return [kept, before].filter(reference => reference !== null);
}

function isWorse(now: OutcomeSums, before: OutcomeSums): boolean {
  return measuresIn(before).some(measure => {
    const loss = performanceLoss(measure, { now, before, spread: null }, 0.95);
    return loss !== null && loss.value >= performanceTolerance(measure, loss.before.value);
  });
}

/** A baseline, and until when it was active where it is not any more. */
type ReferenceRequest = PerformanceRequest & Partial<Pick<Served, 'activeTo'>>;

async function readReference(
  reader: PerformanceReader,
  request: ReferenceRequest,
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
  { stream, activeFrom, activeTo }: ReferenceRequest,
  period: Hours,
): Promise<boolean> {
  const since = floorTo(activeFrom / 1000, hourSeconds);
  const until = Math.min(since + 7 * daySeconds, floorTo((activeTo ?? Infinity) / 1000, hourSeconds));
  const main = async (hours: Hours) =>
    (await reader.versions(stream, hours)).reduce<{
      readonly version: string;
      readonly sums: OutcomeSums;
    } | null>((most, one) => (most === null || one.sums.rows > most.sums.rows ? one : most), null);
  const [then, now] = [await main(period), await main({ from: since, to: until })];
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
  { stream, activeFrom, activeTo, now }: ReferenceRequest,
): Promise<PerformanceReference | null> {
  const last = Math.floor(Math.min(now, activeTo ?? now) / 1000);
  const since = floorTo(activeFrom / 1000, daySeconds);
  const arrivals = await reader.arrivals(stream, { from: since, to: last });
  const first = arrivals.find(({ labelled }) => labelled > 0);
  if (first === undefined) return null;
  const from = floorTo(first.hour, daySeconds);
  for (let days = firstDays; days <= mostFirstDays; days += 7) {
    const to = from + days * daySeconds;
    // What was replaced before it was known is no yardstick.
    if (activeTo !== undefined && to > last) return null;
    const labelled = hoursIn(arrivals, from, to).reduce((sum, hour) => sum + hour.labelled, 0);
    if (labelled < leastReference) continue;
    const [sums] = await reader.sums(stream, [{ from, to }]);
    return sums == null ? null : { of: 'first-weeks', from, to, sums };
  }
  return null;
}

export function hoursIn(
  arrivals: readonly LabelArrivals[],
  from: number,
  to: number,
): readonly LabelArrivals[] {
  return arrivals.filter(({ hour }) => hour >= from && hour < to);
}

export function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
