/** Findings of one check and window length, turned into lines over time. */
import type { FindingEntry } from './answers.ts';
import { severity } from './verdict.ts';

export interface SubjectSeries {
  readonly subject: string;
  /** One entry a window of the view, null where there is no finding. */
  readonly findings: readonly (FindingEntry | null)[];
  /** Worst effect as a multiple of the tolerance among windows with verdict drift; 0 is none. */
  readonly worstDrift: number;
  /** The same over all windows, whatever the verdict. */
  readonly worst: number;
}

export interface SeriesView {
  readonly windowSeconds: number;
  /** Starts of the windows, epoch seconds, increasing. */
  readonly starts: readonly number[];
  /** Worst first. */
  readonly subjects: readonly SubjectSeries[];
}

/** How far back the chart looks, by window length, in seconds. */
export function spanSeconds(windowSeconds: number): number {
  if (windowSeconds <= 3_600) return 5 * 86_400;
  if (windowSeconds <= 21_600) return 14 * 86_400;
  if (windowSeconds <= 86_400) return 42 * 86_400;
  return 182 * 86_400;
}

/** Findings of one version and segment ('' is all of them), as lines over time. */
export function seriesView(
  findings: readonly FindingEntry[],
  windowSeconds: number,
  version = '',
): SeriesView {
  const own = findings.filter(
    f => f.version === version && f.segment === '' && f.windowSeconds === windowSeconds,
  );
  const starts = [...new Set(own.map(f => f.windowStart))].sort((a, b) => a - b);
  const place = new Map(starts.map((start, index) => [start, index]));
  const rows = new Map<string, (FindingEntry | null)[]>();
  for (const finding of own) {
    const row = rows.get(finding.subject) ?? starts.map((): FindingEntry | null => null);
    row[place.get(finding.windowStart) ?? 0] = finding;
    rows.set(finding.subject, row);
  }
  const subjects = [...rows].map(([subject, row]) => ({
    subject,
    findings: row,
    worstDrift: worstOf(row.filter(f => f?.verdict === 'drift')),
    worst: worstOf(row),
  }));
  return {
    windowSeconds,
    starts,
    subjects: subjects.sort(byWorst),
  };
}

function byWorst(a: SubjectSeries, b: SubjectSeries): number {
  return b.worstDrift - a.worstDrift || b.worst - a.worst || (a.subject < b.subject ? -1 : 1);
}

function worstOf(row: readonly (FindingEntry | null)[]): number {
  return row.reduce((worst, finding) => Math.max(worst, finding === null ? 0 : severity(finding)), 0);
}

const keyOf = (f: FindingEntry) =>
  [f.check, f.subject, f.version, f.segment, f.windowSeconds, f.windowStart].join('\u0000');

/** `next` over `known`: of two findings with the same key the later generation stays. */
export function mergeFindings(
  known: readonly FindingEntry[],
  next: readonly FindingEntry[],
): readonly FindingEntry[] {
  const merged = new Map(known.map(finding => [keyOf(finding), finding]));
  for (const finding of next) {
    const earlier = merged.get(keyOf(finding));
    if (earlier === undefined || generation(finding) >= generation(earlier))
      merged.set(keyOf(finding), finding);
  }
  return [...merged.values()];
}

/** Generations pass 2^53, so they travel as text. */
function generation(finding: FindingEntry): bigint {
  return /^\d+$/.test(finding.generation) ? BigInt(finding.generation) : 0n;
}

/** Index of the window that starts at `at`, or the nearest one; the last for null; -1 when there is none. */
export function windowIndex(starts: readonly number[], at: number | null): number {
  if (at === null) return starts.length - 1;
  let best = -1;
  for (const [index, start] of starts.entries()) {
    const nearest = starts[best];
    if (nearest === undefined || Math.abs(start - at) < Math.abs(nearest - at)) best = index;
  }
  return best;
}
