import { Type } from 'typebox';
import { subjectNamed } from '../domain/subject.ts';
import { measureNamed, measures } from '../stats/measures/index.ts';
import type { Finding } from './validate.ts';

/** Measures and thresholds of the user's own, beside the calibrated test. */
export const measuresSchema = Type.Array(
  Type.Object(
    {
      measure: Type.Union(
        measures.map(({ name }) => Type.Literal(name)),
        { description: 'Name of a measure, e.g. `psi`; docs/methods/measures explains each.' },
      ),
      threshold: Type.Number({
        description:
          'Fires above it; below it for a measure that is a p-value. In the unit of the measure, within what it can be: 0 or more, except for `mean`, `median`, `p05` and `p95`, which are values of the subject; below 1 where the measure has that bound.',
      }),
      models: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Models it holds for, by name or pattern; all when empty.',
      }),
      subjects: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description:
          'Subjects it holds for, by name or pattern, e.g. `feature:income`, or `income` for short; `prediction` and `score:yes` are those subjects. Features, prediction and scores when empty.',
      }),
      hours: Type.Array(Type.Union([Type.Literal(1), Type.Literal(6), Type.Literal(24), Type.Literal(168)]), {
        default: [24],
        minItems: 1,
        description: 'Window lengths, hours.',
      }),
    },
    { additionalProperties: false },
  ),
  {
    default: [],
    maxItems: 50,
    description:
      'Measures with a threshold of your own, e.g. PSI above 0.2. They page by themselves, are no part of the false-alarm budget and are labelled uncalibrated. A measure may stand in several rules as long as no two of them hold for the same subject, window length and model.',
  },
);

/** One rule, as it is configured. */
interface MeasureRule {
  readonly measure: string;
  readonly threshold: number;
  readonly models: readonly string[];
  readonly subjects: readonly string[];
  readonly hours: readonly number[];
}

/** Measures that are values of the subject itself, which may be below 0. */
const levels: readonly string[] = ['mean', 'median', 'p05', 'p95'];

/** What is wrong with rules that satisfy the schema: thresholds never reached, two rules for one finding. */
export function measureFindings(rules: readonly MeasureRule[]): Finding[] {
  return rules.flatMap((rule, index) => [...thresholdFinding(rule, index), ...twiceFinding(rules, index)]);
}

function thresholdFinding({ measure, threshold }: MeasureRule, index: number): Finding[] {
  const message = thresholdProblem(measure, threshold);
  return message === null
    ? []
    : [{ path: ['measures', index, 'threshold'], rule: 'measure-threshold', message }];
}

/** Why a threshold of a measure would always or never fire; null when it may do either. */
export function thresholdProblem(measure: string, threshold: number): string | null {
  const { alarmsWhen = 'above', most } = measureNamed(measure) ?? {};
  if (alarmsWhen === 'below')
    return threshold > 0 && threshold < 1
      ? null
      : `must be above 0 and below 1 for ${measure}, which is a probability, not ${threshold}`;
  if (threshold < 0 && !levels.includes(measure))
    return `must be at least 0 for ${measure}, not ${threshold}`;
  return most === undefined || threshold < most
    ? null
    : `must be below ${most} for ${measure}, which is never above it, not ${threshold}`;
}

function twiceFinding(rules: readonly MeasureRule[], index: number): Finding[] {
  const rule = rules[index]!;
  const first = rules.findIndex(other => overlap(rule, other));
  if (first === index) return [];
  const message = `must not stand twice for the same model, subject and hours: measures[${first}] holds for some of them too`;
  return [{ path: ['measures', index, 'measure'], rule: 'measure-twice', message }];
}

/** Whether two rules, or a rule and itself, would give a finding of one name. */
function overlap(a: MeasureRule, b: MeasureRule): boolean {
  return (
    a.measure === b.measure &&
    a.hours.some(hours => b.hours.includes(hours)) &&
    meet(a.models, b.models) &&
    meet(a.subjects.map(subjectNamed), b.subjects.map(subjectNamed))
  );
}

/** Whether two lists have something in common; an empty one holds everything. */
function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some(name => b.includes(name));
}
