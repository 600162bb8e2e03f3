import type { BaselineSubject } from '../../src/domain/baseline.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { binOf, createBinLookup } from '../../src/stats/bin-lookup.ts';
import { addProfiles, emptyProfile } from '../../src/stats/profile.ts';
import { createTailBins, tailBinOf } from '../../src/stats/tail-bins.ts';
import { createStreamWorld } from '../../test/twins/stream-world.ts';
import { type Column, profiled, readColumns, rowsOf } from './columns.ts';

/** What one window length made of the onset. */
export interface OnsetRow {
  readonly hours: number;
  /** Hours from the onset to the end of the first window with drift of one of the columns; NaN when there was none. */
  readonly delay: number;
  /** The same for the first window that could have it. */
  readonly possible: number;
  /** Drift verdicts of these columns in windows that ended before. */
  readonly before: number;
}

const onsetRow = 17_424;
const rowsAnHour = 2;
/** The first baseline of so slow a stream: 500 rows, after more than a week. */
const baselineHours = 252;
const columns = ['feat_4', 'feat_5', 'feat_6'];
/** A Tuesday, in hours since the epoch. */
const first = 24 * 7 * 1370 - 48;

/**
 * Half-hourly market data: three columns are constant and begin to vary at a known row.
 *
 * @param before - most hours before the onset
 */
export async function electricity(path: string, before = Number.POSITIVE_INFINITY): Promise<OnsetRow[]> {
  const onsetHour = Math.min(before, onsetRow / rowsAnHour);
  const skipped = onsetRow - onsetHour * rowsAnHour;
  const read = readColumns(path)
    .filter(({ name }) => columns.includes(name))
    .map(column => rowsOf(column, skipped, column.values.length));
  const length = onsetHour + 400;
  const subjects = read.map(subjectOf);
  const hours = read.map((column, i) => hourly(column, subjects[i]!));
  const world = createStreamWorld({
    baselines: [
      {
        baseline: {
          model: 'electricity',
          baseline: 1,
          origin: 'learned',
          created: 0,
          rows: baselineHours * rowsAnHour,
          from: first * 3_600_000,
          to: (first + baselineHours) * 3_600_000,
          note: '',
          subjects,
        },
        from: first + baselineHours,
      },
    ],
    first,
    hours: length,
    profilesAt: i => Object.fromEntries(hours.map(hour => hour(i))),
  });
  const judged = await world.judgeUpTo(length);
  const onset = first + onsetHour;
  return [1, 6, 24, 168].map(windowHours => {
    const windows = judged.filter(window => window.windowSeconds === windowHours * 3600);
    const drifts = windows.flatMap(({ findings }) => findings).filter(isDrift);
    const endOf = (finding: Finding) => (finding.windowStart + finding.windowSeconds) / 3600;
    const after = drifts.filter(finding => endOf(finding) > onset).map(endOf);
    const ends = windows.map(window => window.windowStart / 3600 + windowHours).filter(end => end > onset);
    return {
      hours: windowHours,
      delay: after.length > 0 ? Math.min(...after) - onset : Number.NaN,
      possible: Math.min(...ends) - onset,
      before: drifts.filter(finding => endOf(finding) <= onset).length,
    };
  });
}

const isDrift = ({ check, verdict }: Finding) => check === 'drift' && verdict === 'drift';

function subjectOf(column: Column): BaselineSubject {
  return profiled(rowsOf(column, 0, baselineHours * rowsAnHour), rowsOf(column, 0, 0)).subject;
}

/** Profiles of single hours in the bins of the baseline. */
function hourly(column: Column, { binning }: BaselineSubject): (i: number) => [string, Profile] {
  const lookup = createBinLookup(binning.edges);
  const tails = createTailBins(binning.edges)!;
  return i => {
    const values = rowsOf(column, i * rowsAnHour, (i + 1) * rowsAnHour).values as number[];
    const profiles = values.map((value): Profile => {
      const inside = binOf(lookup, value);
      const outer = inside === 0 || inside === binning.edges.length;
      const bin = outer ? tailBinOf(tails, value) : inside;
      return {
        ...emptyProfile,
        n: 1,
        sum: value,
        sum2: value * value,
        bins: [bin],
        counts: [1],
        tailSums: outer ? [value] : [],
      };
    });
    return [`feature:${column.name}`, profiles.reduce(addProfiles, emptyProfile)];
  };
}
