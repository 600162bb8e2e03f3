import { monthHours } from '../../src/stats/budget.ts';
import { lengths, testedSubjects, type Verdict } from './streams-judge.ts';
import type { Mode } from './streams-stream.ts';
import { kinds } from './streams-subjects.ts';
import { fixed } from './table.ts';

/** What one stream gave: counts over its features, by state of knowledge and window length. */
export interface StreamCount {
  readonly scenario: string;
  readonly mode: Mode;
  readonly calibration: Verdict['calibration'];
  readonly length: number;
  /** Windows times features that were looked at, and of these the ones with rows. */
  readonly windows: number;
  readonly withRows: number;
  /** Windows with rows whose p is at most .01 and .001. */
  readonly hundredth: number;
  readonly thousandth: number;
  readonly byP: number;
  readonly drift: number;
  readonly pages: number;
  /** Features with a page at any length in this state: alarms of a feature come in clusters, people hear of one. */
  readonly pagingFeatures: number;
}

/** Mean over streams with its standard error: windows overlap, streams do not. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
}

export function countVerdicts(
  verdicts: readonly (readonly Verdict[])[],
  of: { readonly scenario: string; readonly mode: Mode },
): StreamCount[] {
  const all = verdicts.flat();
  return (['learning', 'provisional', 'calibrated'] as const).flatMap(calibration => {
    const pagingFeatures = verdicts.filter(one =>
      one.some(v => v.pages && v.calibration === calibration),
    ).length;
    return lengths.flatMap(([length]) => {
      const some = all.filter(v => v.calibration === calibration && v.length === length);
      const count = (holds: (v: Verdict) => boolean) => some.filter(holds).length;
      if (some.length === 0) return [];
      return {
        ...of,
        calibration,
        length,
        windows: some.length,
        withRows: count(v => v.rows > 0),
        hundredth: count(v => v.rows > 0 && v.p <= 0.01),
        thousandth: count(v => v.rows > 0 && v.p <= 0.001),
        byP: count(v => v.byP),
        drift: count(v => v.drift),
        pages: count(v => v.pages),
        pagingFeatures,
      };
    });
  });
}

/** Evaluations of a length in 30 days. */
const evaluations = (length: number) => monthHours / (lengths.find(([hours]) => hours === length)?.[1] ?? 1);

/** Alarms a month of 20 features, over the streams counted. */
export function monthly(counts: readonly StreamCount[], what: 'byP' | 'drift' | 'pages'): Mean {
  const streams = byStream(counts).map(some =>
    some.reduce(
      (sum, count) => sum + (count[what] / count.windows) * evaluations(count.length) * testedSubjects,
      0,
    ),
  );
  return meanOf(streams);
}

/** Share of windows with p at or below a level, over that level. */
export function overNominal(counts: readonly StreamCount[], level: 0.01 | 0.001): Mean {
  const hits = (count: StreamCount) => (level === 0.01 ? count.hundredth : count.thousandth);
  const { mean, error } = meanOf(
    counts.filter(({ withRows }) => withRows > 0).map(count => hits(count) / count.withRows / level),
  );
  return { mean, error };
}

/** Days that a stream spends in each state. */
const daysIn = { learning: 28, provisional: 21, calibrated: 30 } as const;

/** Features of 20 that page at all in a month: each is one cluster of alarms. */
export function clusters(counts: readonly StreamCount[]): Mean {
  return meanOf(
    byStream(counts).map(([first]) =>
      first === undefined
        ? 0
        : (first.pagingFeatures * testedSubjects * 30) / kinds.length / daysIn[first.calibration],
    ),
  );
}

/** Counts of each stream: they are in order, and a stream has each length once. */
function byStream(counts: readonly StreamCount[]): StreamCount[][] {
  const first = counts[0];
  if (first === undefined) return [];
  const streams: StreamCount[][] = [];
  const seen = new Map<string, number>();
  for (const count of counts) {
    const key = `${count.scenario} ${count.mode} ${count.calibration} ${count.length}`;
    const at = seen.get(key) ?? 0;
    seen.set(key, at + 1);
    streams[at] ??= [];
    streams[at]!.push(count);
  }
  return streams;
}

export function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(square / Math.max(1, values.length)) };
}

export function text({ mean, error }: Mean): string {
  return `${fixed(mean)} ±${fixed(error)}`;
}
