import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import { alarmLevel } from '../stats/budget.ts';

/** Checks that have a p and so share the false-alarm budget. */
export type TestedCheck = 'drift' | 'missing' | 'mismatch' | 'unseen' | 'latency' | 'errors';

/** Whether a subject is a feature, the prediction or a class score. */
function isModelSubject(name: string): boolean {
  return name.startsWith('feature:') || name === 'prediction' || name.startsWith('score:');
}

/** The tests run on a subject of a baseline: none for one that was set aside, for sizes and for labels. */
export function checksOf(subject: BaselineSubject): readonly TestedCheck[] {
  const { subject: name, kind } = subject.binning;
  if (subject.aside !== '') return [];
  if (name === 'latency') return ['latency'];
  if (name === 'status') return ['errors'];
  if (!isModelSubject(name)) return [];
  return kind === 'categorical'
    ? ['drift', 'missing', 'mismatch', 'unseen']
    : ['drift', 'missing', 'mismatch'];
}

/**
 * Level of each test: the budget's level for one subject (subjects counted when the baseline was cut), divided evenly
 * among that subject's tests. Over all subjects, tests and windows of a month the levels add up to the budget.
 */
export function createAlphas(
  baseline: Baseline,
  budget: number,
): (subject: BaselineSubject, windowSeconds: number) => number {
  const tested = baseline.subjects.filter(subject => checksOf(subject).length > 0).length;
  return (subject, windowSeconds) =>
    alarmLevel(budget, tested, windowSeconds) / Math.max(1, checksOf(subject).length);
}
