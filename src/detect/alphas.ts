import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import { alarmLevel } from '../stats/budget.ts';
import { numericWeights } from '../stats/numeric-test.ts';

/** Checks that have a p and so share the false-alarm budget. */
export type TestedCheck =
  | 'drift'
  | 'missing'
  | 'mismatch'
  | 'unseen'
  | 'latency'
  | 'errors'
  | 'volume'
  | 'performance';

/** Whether a subject is a feature, the prediction or a class score. */
function isModelSubject(name: string): boolean {
  return name.startsWith('feature:') || name === 'prediction' || name.startsWith('score:');
}

/** The tests run on a subject of a baseline: none for one that was set aside, for sizes and for labels. */
export function checksOf(subject: BaselineSubject): readonly TestedCheck[] {
  const { subject: name, kind } = subject.binning;
  if (subject.aside !== '') return [];
  if (name === 'latency') return kind === 'numeric' ? ['latency'] : [];
  if (name === 'status') return ['errors'];
  if (!isModelSubject(name)) return [];
  return kind === 'categorical'
    ? ['drift', 'missing', 'mismatch', 'unseen']
    : ['drift', 'missing', 'mismatch'];
}

/** Whether a subject is tested at all. */
export function isTested(subject: BaselineSubject): boolean {
  return checksOf(subject).length > 0;
}

/** Share that values of another type, and unseen categories, get of a subject's level. */
const oddPart = 0.1;
const distributionPart = 1 - oddPart;

/**
 * Parts of a subject's level by check. The missing share of a number is a component of its test by definition, reported
 * by a check of its own: that check has the component's weight, the rest is for the distribution.
 */
const parts: Readonly<
  Record<BaselineSubject['binning']['kind'], Readonly<Partial<Record<TestedCheck, number>>>>
> = {
  numeric: {
    drift: distributionPart * (1 - numericWeights.null),
    missing: distributionPart * numericWeights.null,
    mismatch: oddPart,
  },
  categorical: { drift: 1 - 3 * oddPart, missing: oddPart, mismatch: oddPart, unseen: oddPart },
};
const wholes: readonly TestedCheck[] = ['latency', 'errors', 'volume'];

/**
 * A window's performance is judged again and again while its last labels come, from four fifths of them on: looks at
 * growing data find something by chance this much more often than one look (1 + z^2 ln(1.25) / 2 at z = 5).
 */
export const performanceLooks = 4;

/** Level of one check of a subject in a window. */
export type AlphaOf = (subject: BaselineSubject | null, check: TestedCheck, windowSeconds: number) => number;

/**
 * Level of each test: the budget's level for one subject (subjects counted when the baseline was cut, the volume of the
 * stream is one more, and so is the performance of a model that has labels), shared out among that subject's tests. Over all subjects, tests and windows of a month the levels
 * add up to the budget.
 */
export function createAlphas(baseline: Baseline, budget: number, labelled = false): AlphaOf {
  const tested = baseline.subjects.filter(isTested).length + 1 + Number(labelled);
  return (subject, check, windowSeconds) => {
    const whole = alarmLevel(budget, tested, windowSeconds);
    if (check === 'performance') return whole / performanceLooks;
    if (subject === null || wholes.includes(check)) return whole;
    return whole * (parts[subject.binning.kind][check] ?? 0);
  };
}
