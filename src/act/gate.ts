import { accuracyGap } from '../stats/performance/accuracy.ts';
import { performanceLoss, performanceTolerance } from '../stats/performance/loss.ts';
import {
  addOutcomes,
  measuresIn,
  type OutcomeSums,
  type PerformanceMeasure,
  performanceMeasures,
} from '../stats/performance/outcomes.ts';

/** What the gate says of a new version: a closed list. All but the first two wait for labels or for a person. */
export const gateOutcomes = [
  'gate-passed',
  'gate-off',
  'gate-held-worse',
  'gate-held-too-few-labels',
  'gate-held-no-labels',
] as const;
export type GateOutcome = (typeof gateOutcomes)[number];

export interface GateVerdict {
  readonly outcome: GateOutcome;
  readonly detail: string;
}

/** What the gate looks at. */
export interface GateEvidence {
  /** Whether the model ever had a label in Leeway; without one its report is not looked at. */
  readonly labelled: boolean;
  /** Labelled rows of the new version and of the old one; null where nothing was counted. */
  readonly now: OutcomeSums | null;
  readonly before: OutcomeSums | null;
  /** `metrics` of the receiver's report. */
  readonly metrics: unknown;
  /** Labelled rows that each version needs, and that a report must rest on. */
  readonly leastLabels: number;
}

/** Level of the two-sided interval: "not worse" is said with 95 % confidence. */
const level = 0.9;

/** How much was lost, with limits; positive is worse. */
interface Compared {
  readonly measure: PerformanceMeasure;
  readonly before: number;
  readonly after: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/**
 * Whether a new version may take over: only when it is not worse. By labelled rows of both versions where there are enough,
 * else by the comparison that the receiver reports. A model without labels waits for a person whatever its report says:
 * nothing that could be looked up stands behind it. Not worse: the upper limit of the loss (90 % interval) lies below the
 * tolerance, for every measure that fits.
 */
export function judgeGate(evidence: GateEvidence): GateVerdict {
  const { labelled, leastLabels } = evidence;
  if (!labelled)
    return {
      outcome: 'gate-held-no-labels',
      detail:
        'the model has no labels, so that nothing shows whether the version is worse: a person confirms',
    };
  const served = servedLosses(evidence);
  if (served.length > 0) return verdictOf(served, 'labelled rows');
  const reported = reportedLosses(evidence.metrics).filter(({ rows }) => rows >= leastLabels);
  if (reported.length > 0) return verdictOf(reported, 'the report');
  const have = (sums: OutcomeSums | null) => sums?.labelled ?? 0;
  return {
    outcome: 'gate-held-too-few-labels',
    detail: `${have(evidence.now)} labelled rows of the new version and ${have(evidence.before)} of the old, ${leastLabels} of each are needed`,
  };
}

function servedLosses({ now, before, leastLabels }: GateEvidence): readonly Compared[] {
  if (now === null || before === null || Math.min(now.labelled, before.labelled) < leastLabels) return [];
  return measuresIn(addOutcomes(now, before)).flatMap(measure => {
    const loss = performanceLoss(measure, { now, before, spread: null }, level);
    if (loss === null) return [];
    const { value, low, high } = loss;
    return [
      { measure, before: loss.before.value, after: loss.now.value, value, low, high, rows: now.labelled },
    ];
  });
}

function verdictOf(losses: readonly Compared[], by: string): GateVerdict {
  const text = (of: readonly Compared[]) => `${of.map(sentenceOf).join('; ')} (by ${by})`;
  const limit = ({ measure, before }: Compared) => performanceTolerance(measure, before);
  const open = losses.filter(loss => !(loss.high < limit(loss)));
  if (open.length === 0) return { outcome: 'gate-passed', detail: text(losses) };
  const worse = open.filter(loss => loss.low > 0 || loss.value >= limit(loss));
  if (worse.length > 0) return { outcome: 'gate-held-worse', detail: text(worse) };
  return { outcome: 'gate-held-too-few-labels', detail: `too few to rule a loss out: ${text(open)}` };
}

function sentenceOf({ measure, before, after, rows, high }: Compared): string {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  return `${measure} ${short(after)}, before ${short(before)}, ${rows} rows, loss at most ${short(Math.max(0, high))}`;
}

/**
 * Comparisons in a report: `comparison` (or a list of them) with limits of after - before, or the plain
 * `accuracy_before` and `accuracy_after` with the number of `rows` both were measured on.
 */
function reportedLosses(metrics: unknown): readonly Compared[] {
  const all = recordOf(metrics);
  const given = Array.isArray(all['comparison']) ? all['comparison'] : [all['comparison']];
  const found = given.map(one => comparisonOf(recordOf(one))).filter(one => one !== null);
  if (found.length > 0) return found;
  const plain = comparisonOf({
    measure: 'accuracy',
    before: all['accuracy_before'],
    after: all['accuracy_after'],
    rows: all['rows'] ?? all['held_out_rows'],
  });
  return plain === null ? [] : [plain];
}

function comparisonOf(one: Readonly<Record<string, unknown>>): Compared | null {
  const measure = performanceMeasures.find(name => name === one['measure']);
  const [before, after, rows] = ['before', 'after', 'rows'].map(name => numberOf(one[name]));
  if (measure === undefined || before === undefined || after === undefined || rows === undefined) return null;
  const [low, high] = [numberOf(one['low']), numberOf(one['high'])];
  const lost = measure === 'mean_absolute_error' ? 1 : -1;
  const unit = measure === 'mean_absolute_error' ? before : 1;
  const base = { measure, before, after, rows, value: (lost * (after - before)) / unit };
  if (low !== undefined && high !== undefined && low <= high) {
    const limits = [(lost * low) / unit, (lost * high) / unit].sort((a, b) => a - b);
    return { ...base, low: limits[0]!, high: limits[1]! };
  }
  if (measure !== 'accuracy' || before > 1 || after > 1) return null;
  // As if on different rows: on the same ones the difference is known better.
  const gap = accuracyGap({ right: before * rows, n: rows }, { right: after * rows, n: rows }, level);
  return gap === null ? null : { ...base, low: gap.low, high: gap.high };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= -1e300 ? value : undefined;
}
