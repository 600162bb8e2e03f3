import { createCalendar } from '../../src/detect/calendar.ts';
import type { CheckContext } from '../../src/detect/check.ts';
import type { Baseline, BaselineSubject } from '../../src/domain/baseline.ts';
import type { Binning, Profile } from '../../src/domain/profile.ts';
import { emptyProfile } from '../../src/stats/profile.ts';

/** A binning for tests: ten bins over 0..10 for numbers, the given categories otherwise. */
export function numericBinning(subject: string): Binning {
  return {
    subject,
    kind: 'numeric',
    edges: Array.from({ length: 11 }, (_, i) => i),
    categories: [],
    centres: Array.from({ length: 10 }, (_, i) => i + 0.5),
  };
}

export function categoricalBinning(subject: string, ...categories: string[]): Binning {
  return { subject, kind: 'categorical', edges: [], categories, centres: [] };
}

/** A profile from the counts of all its bins. */
export function profileFrom(all: readonly number[], part: Partial<Profile> = {}): Profile {
  const used = all.flatMap((count, bin) => (count > 0 ? [{ bin, count }] : []));
  const values = all.reduce((sum, count) => sum + count, 0);
  const rest = { ...emptyProfile, ...part };
  return {
    ...rest,
    n: values + rest.nMissing + rest.nNan + rest.nMismatch,
    bins: used.map(u => u.bin),
    counts: used.map(u => u.count),
  };
}

export function subjectOf(binning: Binning, reference: Profile, aside = ''): BaselineSubject {
  return { binning, reference, noise: '', aside };
}

export function baselineOf(subjects: readonly BaselineSubject[], part: Partial<Baseline> = {}): Baseline {
  return {
    model: 'churn',
    baseline: 1,
    origin: 'uploaded',
    created: 0,
    rows: 10_000,
    from: 0,
    to: 0,
    note: '',
    subjects,
    ...part,
  } as Baseline;
}

/** A window of six hours judged by `baseline`, with the given current profiles. */
export function contextOf(
  baseline: Baseline,
  current: Readonly<Record<string, Profile>>,
  part: Partial<CheckContext> = {},
): CheckContext {
  const rows = Math.max(0, ...Object.values(current).map(p => p.n));
  return {
    stream: { model: 'churn', environment: 'prod' },
    window: {
      start: 1_789_999_200 - 21_600,
      end: 1_789_999_200,
      baseline: 1,
      activeFrom: 0,
      generation: 7n,
      blind: false,
    },
    baseline,
    rows,
    profileOf: ({ binning }) => current[binning.subject] ?? emptyProfile,
    alphaOf: () => 1e-5,
    testsOf: () => null,
    noiseVersion: 0,
    state: { calibration: 'learning', hours: 100, pagesFrom: 1, calibratedFrom: 2 },
    coverage: { hours: [], days: [] },
    calendar: createCalendar([], 'churn'),
    objectives: null,
    repeatedIds: null,
    measureRules: [],
    unknownFields: new Map(),
    learning: null,
    ...part,
  };
}
