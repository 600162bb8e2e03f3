import type { Baseline } from '../domain/baseline.ts';
import { sharePValue } from '../stats/share-test.ts';
import { seasonAt, testWindow, type WindowFit } from '../stats/window-model.ts';
import type { Calendar } from './calendar.ts';
import type { WindowHours } from './noise.ts';
import { type StreamNoise, type SubjectNoise, seriesOf } from './noise-fit.ts';
import type { ScoreStreams, StreamSpec } from './score-streams.ts';

/** Everything needed to hold one subject's window against its own past. */
export interface WindowNoiseRequest {
  readonly subject: string;
  readonly streams: ScoreStreams;
  readonly noise: SubjectNoise;
  readonly window: WindowHours;
  readonly calendar: Calendar;
  /** Null: the level is that of the fitted hours. Else the reference's, with what is known of its period. */
  readonly anchor: Anchor | null;
}

/** Where a level that was not fitted comes from. */
export interface Anchor {
  /** Period the reference was cut from, hours since the epoch; null without a time axis. */
  readonly period: AnchorPeriod | null;
}

export interface AnchorPeriod {
  readonly from: number;
  readonly to: number;
  /** Rows of each of its hours: a busy hour has more of the reference than a quiet one. Empty where they are not known. */
  readonly rows: ArrayLike<number>;
}

/** How one stream of a window compares with its own past. */
export interface StreamTest {
  readonly p: number;
  /** Standard deviations above (or below) what was expected. */
  readonly z: number;
  readonly df: number;
  /** Standard deviation of the window's mean under the fitted noise. */
  readonly sd: number;
  /** Variance of one row. */
  readonly v1: number;
}

/** Tests of the streams of one subject in one window; null for a stream without a fit for this length. */
export interface WindowTests {
  readonly specs: readonly StreamSpec[];
  score(name: string): StreamTest | null;
  share(name: string): StreamTest | null;
}

/**
 * The level is the reference's for a baseline without a time axis, and wherever the noise was taken over.
 *
 * @param rowsIn - rows of each hour of a period, hours since the epoch
 */
export function anchorOf(
  baseline: Baseline,
  inherited: number,
  rowsIn: (period: { readonly from: number; readonly to: number }) => ArrayLike<number>,
): Anchor | null {
  if (baseline.to > 0 && inherited === 0) return null;
  if (baseline.to <= baseline.from) return { period: null };
  const hourMs = 3_600_000;
  const period = { from: Math.floor(baseline.from / hourMs), to: Math.ceil(baseline.to / hourMs) };
  return { period: { ...period, rows: rowsIn(period) } };
}

/** Prepares the tests of a window; each is computed when asked for. */
export function createWindowTests(request: WindowNoiseRequest): WindowTests {
  const { specs } = request.streams;
  const place = new Map(specs.map((spec, at) => [spec.name, at]));
  const find = (name: string) => {
    const at = place.get(name);
    const noise = request.noise.streams[name];
    if (at === undefined || noise === undefined) return null;
    return noise.fit.lengths[request.window.hours.length] === undefined
      ? null
      : { at, noise, spec: specs[at]! };
  };
  return {
    specs,
    score: name => {
      const found = find(name);
      return found === null ? null : testScore(request, found);
    },
    share: name => {
      const found = find(name);
      return found === null ? null : testShare(request, found);
    },
  };
}

interface Found {
  readonly at: number;
  readonly spec: StreamSpec;
  readonly noise: StreamNoise;
}

function testScore(request: WindowNoiseRequest, found: Found): StreamTest {
  const { fit } = found.noise;
  const level = levelOf(request, found);
  const { rows, sums } = seriesOf(request.window, request.subject, found);
  const values = sums.map((sum, i) => (rows[i]! > 0 ? sum / rows[i]! : 0));
  const test = testWindow(fit, { ...placeOf(request), rows, values, ...(level === null ? {} : { level }) });
  return {
    ...test,
    v1: fit.v1,
    sd: deviationOf(fit, { rows, length: request.window.hours.length, extra: level?.variance ?? 0 }),
  };
}

/** With fewer rows than the reference's noise allows for, the exact test on deflated counts decides. */
function testShare(request: WindowNoiseRequest, found: Found): StreamTest {
  const { fit, count, rows: fitted } = found.noise;
  const level = levelOf(request, found);
  const { rows, sums } = seriesOf(request.window, request.subject, found);
  const reference = level === null ? { count, rows: fitted } : found.spec.reference;
  const shared = { ...placeOf(request), rows, ...(level === null ? {} : { level }) };
  const p = sharePValue(fit, { ...shared, counts: sums, reference });
  const values = sums.map((sum, i) => (rows[i]! > 0 ? sum / rows[i]! : 0));
  const { z, df } = testWindow(fit, { ...shared, values });
  return {
    p,
    z,
    df,
    v1: fit.v1,
    sd: deviationOf(fit, { rows, length: request.window.hours.length, extra: level?.variance ?? 0 }),
  };
}

function placeOf({ window, calendar }: WindowNoiseRequest) {
  return {
    hours: window.hours.map((_, i) => window.from + i),
    length: window.hours.length,
    weekendOf: calendar.isWeekend,
  };
}

/**
 * What is subtracted from the season so that it speaks of the reference's level, and how well that level is known: a
 * reference is a window too, with its own length and its own noise.
 */
function levelOf(
  { anchor, calendar }: WindowNoiseRequest,
  { spec, noise: { fit } }: Found,
): { readonly offset: number; readonly variance: number } | null {
  if (anchor === null) return null;
  const { rows, count } = spec.reference;
  const share = spec.kind === 'share' && rows > 0 ? count / rows : 0;
  const own = rows > 0 ? fit.v1 / rows : fit.v1;
  const { period } = anchor;
  if (period === null) return { offset: fit.mean - share, variance: own };
  const season = seasonOver(fit, period, calendar);
  const hours = period.to - period.from;
  const known = Object.keys(fit.lengths)
    .map(Number)
    .sort((a, b) => a - b);
  const length = known.findLast(l => l <= hours) ?? known[0];
  const noise = length === undefined ? undefined : fit.lengths[length];
  const variance = noise === undefined ? own : Math.max(noise.phi * own, own + noise.tau2);
  return { offset: season - share, variance };
}

/** Mean of the season over the rows of a period; over those that it was fitted to where they are not known. */
function seasonOver(fit: WindowFit, { from, rows: counts }: AnchorPeriod, calendar: Calendar): number {
  let rows = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    rows += counts[i]!;
    sum += counts[i]! * seasonAt(fit, from + i, calendar.isWeekend(from + i));
  }
  return rows > 0 ? sum / rows : fit.mean;
}

function deviationOf(
  fit: WindowFit,
  { rows, length, extra }: { readonly rows: Float64Array; readonly length: number; readonly extra: number },
): number {
  let n = 0;
  for (const count of rows) n += count;
  const noise = fit.lengths[length];
  if (n === 0 || noise === undefined) return Infinity;
  return Math.sqrt(Math.max((noise.phi * fit.v1) / n, fit.v1 / n + noise.tau2) + extra);
}
