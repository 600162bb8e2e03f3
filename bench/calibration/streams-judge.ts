import { defaultPolicy, severityOf } from '../../src/act/policy.ts';
import { createAlphas } from '../../src/detect/alphas.ts';
import { type CalendarEntry, createCalendar } from '../../src/detect/calendar.ts';
import { calibratedHours, calibrationOf } from '../../src/detect/calibration.ts';
import { categoricalComponents, numericComponents } from '../../src/detect/components.ts';
import type { HourSums } from '../../src/detect/history.ts';
import { type Judgement, judge } from '../../src/detect/judge.ts';
import { fitSubject, type SubjectNoise } from '../../src/detect/noise-fit.ts';
import { type ScoreStreams, scoreStreams } from '../../src/detect/score-streams.ts';
import { type Anchor, createWindowTests, type WindowTests } from '../../src/detect/window-noise.ts';
import type { Baseline, BaselineSubject } from '../../src/domain/baseline.ts';
import type { Finding, Calibration as Known } from '../../src/domain/finding.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { categoryCounts, orderedCounts } from '../../src/stats/cells.ts';
import type { FineHour } from './streams-rows.ts';
import { type Cut, profileFrom } from './streams-subjects.ts';

/** Hours of a window, and between two windows. */
export const lengths = [
  [1, 1],
  [6, 1],
  [24, 4],
  [168, 28],
] as const;
/** A Monday, in hours since the epoch. */
export const monday = 24 * 7 * 2900 - 72;
/** Subjects that share the budget of 1; the features simulated count for as many of them. */
export const testedSubjects = 20;

/** One subject over the hours of a stream, under one baseline. */
export interface Followed {
  readonly subject: BaselineSubject;
  readonly streams: ScoreStreams;
  readonly hours: readonly HourSums[];
  readonly rows: Float64Array;
  /** Counts of all cells before each hour. */
  readonly before: readonly Float64Array[];
  readonly calendar: readonly CalendarEntry[];
}

/** Sums hour by hour, as the detector keeps them. */
export function follow(
  { subject, profileOf }: Cut,
  { hours, at }: { readonly hours: readonly FineHour[]; readonly at: number },
  calendar: readonly CalendarEntry[] = [],
): Followed {
  const streams = scoreStreams(subject);
  const name = subject.binning.subject;
  const rows = new Float64Array(hours.length);
  const before: Float64Array[] = [cellsOf(subject, profileOf(new Uint16Array(hours[0]![at]!.length)))];
  const sums = hours.map((hour, i): HourSums => {
    const profile = profileOf(hour[at]!);
    rows[i] = profile.n;
    const next = cellsOf(subject, profile);
    const last = before[i]!;
    for (let cell = 0; cell < next.length; cell++) next[cell]! += last[cell]!;
    before.push(next);
    return profile.n === 0 ? null : new Map([[name, streams.sums(profile)]]);
  });
  return { subject, streams, hours: sums, rows, before, calendar };
}

function cellsOf({ binning }: BaselineSubject, profile: Profile): Float64Array {
  return binning.kind === 'numeric' ? orderedCounts(binning, profile) : categoryCounts(binning, profile);
}

/** What is learnt of a subject up to each day, as the keeper of noise learns it. Day 0 is the first hour's. */
export function learn(followed: Followed, upToDay: number): Map<number, SubjectNoise> {
  const { subject, streams, rows } = followed;
  const calendar = createCalendar(followed.calendar, '');
  const fits = new Map<number, SubjectNoise>();
  let noise: SubjectNoise | null = null;
  for (let day = 7; day <= upToDay; day++) {
    const size = day * 24;
    if (size <= calibratedHours)
      noise =
        fitSubject(
          subject.binning.subject,
          streams,
          { from: monday, hours: followed.hours.slice(0, size), rows: rows.subarray(0, size), calendar },
          noise,
        ) ?? noise;
    if (noise !== null) fits.set(day, noise);
  }
  return fits;
}

export interface JudgeRange {
  readonly fits: ReadonlyMap<number, SubjectNoise>;
  readonly anchor: Anchor | null;
  /** Windows that start at `from` or later and end at `to` or before. */
  readonly from: number;
  readonly to: number;
  /** Rows of these hours are the baseline's own: windows that touch them are not judged. */
  readonly own?: { readonly from: number; readonly to: number };
  /** All lengths unless given. */
  readonly lengths?: readonly number[];
}

/** One window of one subject, judged. */
export interface Verdict {
  readonly calibration: Known;
  /** Hours of the window. */
  readonly length: number;
  readonly start: number;
  readonly p: number;
  /** At the level of a budget of 1 over twenty subjects. */
  readonly byP: boolean;
  readonly drift: boolean;
  readonly pages: boolean;
  readonly by: string | null;
  readonly rows: number;
}

/** Judges every window of a range; what alarms is judged again by the whole of it, with effect and policy. */
export function judgeAll(followed: Followed, range: JudgeRange): Verdict[] {
  const found: Verdict[] = [];
  const calendar = createCalendar(followed.calendar, '');
  for (const [length, stride] of lengths) {
    if (range.lengths !== undefined && !range.lengths.includes(length)) continue;
    for (let end = Math.ceil((range.from + length) / stride) * stride; end <= range.to; end += stride) {
      const start = end - length;
      const { own } = range;
      if (own !== undefined && start < own.to && end > own.from) continue;
      const window = { start: (monday + start) * 3600, end: (monday + end) * 3600 };
      if (calendar.eventIn(window) !== null) continue;
      const verdict = judgeOne(followed, range, { start, length });
      if (verdict !== null) found.push(verdict);
    }
  }
  return found;
}

function judgeOne(
  followed: Followed,
  range: JudgeRange,
  { start, length }: { readonly start: number; readonly length: number },
): Verdict | null {
  const { subject, before } = followed;
  const end = start + length;
  const window = { start: (monday + start) * 3600, end: (monday + end) * 3600 };
  const { calibration } = calibrationOf(window, monday * 3600);
  // Nothing pages below a day while nothing is known: not simulated.
  if (calibration === 'learning' && length < 24) return null;
  const counts = Float64Array.from(before[end]!, (count, cell) => count - before[start]![cell]!);
  const profile = profileFrom(counts);
  const nothing = { byP: false, drift: false, pages: false };
  if (profile.n === 0) return { calibration, length, start, p: 1, by: null, rows: 0, ...nothing };
  const tests = calibration === 'learning' ? null : testsFor(followed, range, { start, length });
  const reference = cellsOf(subject, subject.reference);
  const numeric = subject.binning.kind === 'numeric';
  const test = numeric
    ? numericComponents({ current: counts, reference }, tests)
    : categoricalComponents({ current: withMissing(counts), reference: withMissing(reference) }, tests);
  const alpha = alphaOf(subject, length);
  const shared = { calibration, length, start, p: test.p, by: test.by, rows: profile.n };
  if (test.p > alpha) return { ...shared, ...nothing };
  const judged = judge({ subject, current: profile, alpha, tests });
  return {
    ...shared,
    byP: true,
    drift: judged.verdict === 'drift',
    pages: severityOf(findingFrom(judged, { calibration, length }), defaultPolicy) === 'page',
  };
}

function testsFor(
  followed: Followed,
  { fits, anchor }: JudgeRange,
  { start, length }: { readonly start: number; readonly length: number },
): WindowTests | null {
  const noise = fits.get(Math.floor(start / 24));
  if (noise === undefined || !Object.values(noise.streams).some(s => s.fit.lengths[length] !== undefined))
    return null;
  const { hours, rows, streams, subject, calendar } = followed;
  return createWindowTests({
    subject: subject.binning.subject,
    streams,
    noise,
    window: {
      from: monday + start,
      hours: hours.slice(start, start + length),
      rows: rows.subarray(start, start + length),
    },
    calendar: createCalendar(calendar, ''),
    anchor,
  });
}

const levels = new Map<string, number>();

/** Level of the drift test of one of twenty subjects. */
export function alphaOf(subject: BaselineSubject, length: number): number {
  const key = `${subject.binning.kind} ${length}`;
  const known = levels.get(key);
  if (known !== undefined) return known;
  const subjects = Array.from({ length: testedSubjects }, () => subject);
  const alpha = createAlphas({ subjects } as unknown as Baseline, 1)(subject, 'drift', length * 3600);
  levels.set(key, alpha);
  return alpha;
}

function withMissing(counts: Float64Array): Float64Array {
  const all = new Float64Array(counts.length + 1);
  all.set(counts);
  return all;
}

function findingFrom(
  { verdict, p, effect, tolerance, part, referenceShare }: Judgement,
  { calibration, length }: { readonly calibration: Known; readonly length: number },
): Finding {
  const found: Partial<Finding> = {
    check: 'drift',
    version: '',
    segment: '',
    windowSeconds: length * 3600,
    verdict,
    calibration,
    p,
    effect,
    tolerance,
    detail: { part, referenceShare: Number.isFinite(referenceShare) ? referenceShare : null },
  };
  return found as Finding;
}
