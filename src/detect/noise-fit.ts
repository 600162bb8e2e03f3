import { numericWeights } from '../stats/numeric-test.ts';
import { fitWindowModel, testWindow, type WindowFit } from '../stats/window-model.ts';
import type { Calendar } from './calendar.ts';
import type { HourSums } from './history.ts';
import { withOwnTails } from './noise-tails.ts';
import type { ScoreStreams, StreamSpec } from './score-streams.ts';

/** Window lengths in hours whose noise is fitted. */
const lengths = [1, 6, 24, 168] as const;
const dayHours = 24;
/** Days learnt from without a look at them: there is nothing yet to hold them against. */
const firstDays = 7;
/** A day whose combined p lies below this is not learnt from: what has drifted must not pass for noise. */
const leftOutLevel = 1e-3;

/** One stream as it was fitted. */
export interface StreamNoise {
  readonly fit: WindowFit;
  /** Sum and rows of the stream over the hours it was fitted to. */
  readonly count: number;
  readonly rows: number;
}

/** What was learnt of one subject: plain data, kept as JSON with the baseline. */
export interface SubjectNoise {
  readonly streams: Readonly<Record<string, StreamNoise>>;
  /** Days (since the epoch) that were left out because the subject had drifted on them. */
  readonly leftOut: readonly number[];
}

/** Hours [from, to) since the epoch, with what is known of each. */
export interface FitHistory {
  readonly from: number;
  readonly hours: readonly HourSums[];
  /** Rows of each hour. */
  readonly rows: ArrayLike<number>;
  readonly calendar: Calendar;
}

/** Rows and sums of one stream, hour by hour. */
export interface HourSeries {
  readonly rows: Float64Array;
  readonly sums: Float64Array;
}

/**
 * Series of one stream. An hour with rows in which the subject was not seen at all counts as missing in every row.
 *
 * @param at - place of the stream among those of its subject
 */
export function seriesOf(
  { hours, rows }: Pick<FitHistory, 'hours' | 'rows'>,
  subject: string,
  { spec, at }: { readonly spec: StreamSpec; readonly at: number },
): HourSeries {
  const series = { rows: new Float64Array(hours.length), sums: new Float64Array(hours.length) };
  for (const [i, hour] of hours.entries()) {
    const sums = hour?.get(subject);
    if (sums !== undefined) {
      series.rows[i] = sums[2 * at]!;
      series.sums[i] = sums[2 * at + 1]!;
    } else if (hour !== null && spec.name === 'missing') {
      series.rows[i] = rows[i]!;
      series.sums[i] = rows[i]!;
    }
  }
  return series;
}

/**
 * Fits the noise of one subject to its history, and decides for the last day whether it belongs to it.
 *
 * @param known - the fit up to the day before, with the days it left out; null at first
 * @returns null when the history is too short to fit
 */
export function fitSubject(
  subject: string,
  streams: ScoreStreams,
  history: FitHistory,
  known: SubjectNoise | null,
): SubjectNoise | null {
  const series = streams.specs.map((spec, at) => seriesOf(history, subject, { spec, at }));
  const leftOut = [...(known?.leftOut ?? [])];
  if (known !== null) leftOut.push(...driftedDays(streams, series, history, known));
  const kept = keptHours(history, new Set(leftOut));
  const fitted: Record<string, StreamNoise> = {};
  for (const [at, spec] of streams.specs.entries()) {
    const noise = fitStream(spec, series[at]!, { history, kept });
    if (noise !== null) fitted[spec.name] = noise;
  }
  return Object.keys(fitted).length > 0 ? { streams: fitted, leftOut } : null;
}

/**
 * Hours that are learnt from, by their place in the history: those of days left out, or with an hour of a planned event,
 * are taken out as whole days. What is left is closed up, for hours that say nothing must not count as history.
 */
function keptHours({ from, hours, calendar }: FitHistory, leftOut: ReadonlySet<number>): readonly number[] {
  const out = new Set(leftOut);
  for (let i = 0; i < hours.length; i++)
    if (calendar.eventAt(from + i) !== null) out.add(Math.floor((from + i) / dayHours));
  return [...hours.keys()].filter(i => !out.has(Math.floor((from + i) / dayHours)));
}

function fitStream(
  spec: StreamSpec,
  series: HourSeries,
  { history, kept }: { readonly history: FitHistory; readonly kept: readonly number[] },
): StreamNoise | null {
  const rows = new Float64Array(kept.length);
  const values = new Float64Array(kept.length);
  let allRows = 0;
  let count = 0;
  for (const [at, i] of kept.entries()) {
    if (series.rows[i] === 0) continue;
    rows[at] = series.rows[i]!;
    values[at] = series.sums[i]! / rows[at]!;
    allRows += rows[at]!;
    count += series.sums[i]!;
  }
  const hour0 = history.from + (kept[0] ?? 0);
  // Whole days are gone, so the hour of the day is still right; whether it is a weekend is the real hour's.
  const weekendOf = (hour: number) => history.calendar.isWeekend(history.from + (kept[hour - hour0] ?? 0));
  const v1 = varianceOf(spec, { count, rows: allRows });
  const fit = fitWindowModel({ hour0, rows, values, v1, lengths, weekendOf });
  if (fit === null) return null;
  const hours = { from: hour0, rows, values, weekendOf };
  return { fit: withOwnTails(fit, hours, spec.kind === 'share'), count, rows: allRows };
}

/** Variance of one row: 1 for a score; of a share what reference and history say together, and never quite 0. */
function varianceOf(spec: StreamSpec, seen: { readonly count: number; readonly rows: number }): number {
  if (spec.kind === 'score') return 1;
  const rows = seen.rows + spec.reference.rows;
  if (rows === 0) return 1;
  const share = (seen.count + spec.reference.count) / rows;
  const bounded = Math.min(1 - 0.5 / rows, Math.max(0.5 / rows, share));
  return bounded * (1 - bounded);
}

/** Whether the newest day of the history is unlike the days before it. */
function driftedDays(
  streams: ScoreStreams,
  series: readonly HourSeries[],
  history: FitHistory,
  known: SubjectNoise,
): number[] {
  const end = history.from + history.hours.length;
  const day = Math.floor((end - 1) / dayHours);
  const first = Math.floor(history.from / dayHours);
  if (day - first < firstDays) return [];
  const from = history.hours.length - dayHours;
  const hours = Array.from({ length: dayHours }, (_, i) => history.from + from + i);
  let least = 1;
  for (const [at, spec] of streams.specs.entries()) {
    const noise = known.streams[spec.name];
    if (noise === undefined || noise.fit.lengths[dayHours] === undefined) continue;
    const weight = spec.kind === 'score' ? scoreWeight(spec.name) : shareWeight / streams.specs.length;
    const rows = series[at]!.rows.subarray(from);
    const values = series[at]!.sums.subarray(from).map((sum, i) => (rows[i]! > 0 ? sum / rows[i]! : 0));
    const { p } = testWindow(noise.fit, {
      hours,
      rows,
      values,
      length: dayHours,
      weekendOf: history.calendar.isWeekend,
    });
    least = Math.min(least, p / weight);
  }
  return least < leftOutLevel ? [day] : [];
}

const shareWeight = 0.45;

function scoreWeight(name: string): number {
  return (numericWeights as Readonly<Record<string, number>>)[name] ?? 0.05;
}
