import type { HourCount } from './ports.ts';

/** The default learning rule: enough rows in a day, else enough rows, else a week with few. */
export const learningRule = {
  hours: 24,
  rows: 5000,
  longestHours: 168,
  fewestRows: 500,
  /** How far event time must have passed the end before it is cut, so that rows a little late are in it. */
  latenessSeconds: 600,
} as const;

export interface LearningState {
  /** Distinct rows by hour of event time, in order. */
  readonly hours: readonly HourCount[];
  /** Event times of the first and last row, epoch milliseconds. */
  readonly first: number;
  readonly last: number;
}

export type LearningDecision =
  /** Cut from the rows of [from, to), epoch seconds. */
  | { readonly kind: 'cut'; readonly from: number; readonly to: number; readonly rows: number }
  /** Not yet, and what is missing. */
  | { readonly kind: 'learning'; readonly rows: number; readonly hours: number; readonly sentence: string };

const hourSeconds = 3600;

/**
 * When a baseline is cut from the first rows of a stream: at 24 hours of event time if 5,000 rows are in; else in the
 * hour of the 5,000th row; else at 7 days with 500 rows, or in the hour of the 500th row after that. Periods end at a
 * full hour. Only event time counts, so history read fast is learnt like live traffic, and the answer does not depend
 * on how often one asks.
 *
 * @example
 * decideLearning({ hours: [{ hour: 0, rows: 6000 }], first: 0, last: 90_000_000 })
 * // { kind: 'cut', from: 0, to: 86400, rows: 6000 }
 */
export function decideLearning(
  state: LearningState,
  rule: typeof learningRule = learningRule,
): LearningDecision {
  const { hours, first, last } = state;
  const total = hours.reduce((sum, hour) => sum + hour.rows, 0);
  if (total === 0) return learning({ rows: 0, hours: 0 }, rule);
  const from = Math.floor(first / 1000 / 300) * 300;
  const afterHours = (count: number) =>
    Math.ceil((first / 1000 + count * hourSeconds) / hourSeconds) * hourSeconds;
  const to = earliestEnd(hours, { day: afterHours(rule.hours), week: afterHours(rule.longestHours) }, rule);
  if (to === null || last / 1000 < to + rule.latenessSeconds)
    return learning({ rows: total, hours: (last - first) / 3_600_000 }, rule);
  return { kind: 'cut', from, to, rows: rowsBefore(hours, to) };
}

function rowsBefore(hours: readonly HourCount[], end: number): number {
  return hours.reduce((sum, { hour, rows }) => (hour < end ? sum + rows : sum), 0);
}

/** End of the hour in which the row number `count` lies. */
function endOfRow(hours: readonly HourCount[], count: number): number | null {
  let sum = 0;
  for (const { hour, rows } of hours) {
    sum += rows;
    if (sum >= count) return hour + hourSeconds;
  }
  return null;
}

function earliestEnd(
  hours: readonly HourCount[],
  ends: { readonly day: number; readonly week: number },
  rule: typeof learningRule,
): number | null {
  const many = endOfRow(hours, rule.rows);
  const few = endOfRow(hours, rule.fewestRows);
  const candidates = [
    many === null ? null : Math.max(many, ends.day),
    few === null ? null : Math.max(few, ends.week),
  ];
  const known = candidates.filter(end => end !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function learning(
  { rows, hours }: { rows: number; hours: number },
  rule: typeof learningRule,
): LearningDecision {
  const text = (value: number) => Math.floor(value).toLocaleString('en-US');
  const waits = (limit: number) => Math.max(1, Math.ceil(limit - hours));
  const needs: string[] = [];
  if (rows < rule.rows) needs.push(`${text(rule.rows - rows)} more rows`);
  if (hours < rule.hours) needs.push(`${waits(rule.hours)} more hours`);
  const otherwise =
    rows >= rule.rows
      ? ''
      : hours < rule.longestHours
        ? `, or after ${waits(rule.longestHours)} more hours with at least ${text(rule.fewestRows)} rows`
        : `, or ${text(Math.max(0, rule.fewestRows - rows))} more rows now that ${rule.longestHours / 24} days have passed`;
  const missing = needs.length > 0 ? `${needs.join(' and ')} are` : 'the end of the current period is';
  return {
    kind: 'learning',
    rows,
    hours,
    sentence: `Learning: ${text(rows)} rows over ${text(hours)} hours of event time so far; ${missing} missing before a baseline is cut${otherwise}.`,
  };
}
