/** Which lines the chart of effects draws, and how; no canvas here. */
import type { FindingEntry, Verdict } from './answers.ts';
import { pagingRule, pagingTolerance } from './paging.ts';
import type { SeriesView } from './series.ts';
import { worstVerdict } from './verdict.ts';

/** How many subjects get a colour of their own. */
const colouredSubjects = 5;

/** With very many subjects the rest are not drawn at all. */
const drawnSubjects = 40;

/** Dashes repeat what the colours say. */
export const dashes: readonly (readonly number[])[] = [[], [9, 3], [2, 3], [9, 3, 2, 3], [5, 3]];

export interface ChartLine {
  readonly subject: string;
  /** 0..4: place among the worst; -1: faint; -2: faint by rank but selected. */
  readonly colour: number;
  readonly selected: boolean;
  /** Effects of windows with verdict drift or stable. */
  readonly judged: readonly (number | null)[];
  /** Effects of windows that were not judged (too few rows, learning): drawn as a hint only. */
  readonly doubtful: readonly (number | null)[];
}

/** Faint lines first, so that the worst and the selected one lie on top. */
export function chartLines(view: SeriesView, selected: string | null): readonly ChartLine[] {
  const drawn = view.subjects.filter(({ subject }, rank) => rank < drawnSubjects || subject === selected);
  const lines = drawn.map(({ subject, findings }, rank) => {
    const isSelected = subject === selected;
    return {
      subject,
      colour: rank < colouredSubjects ? rank : isSelected ? -2 : -1,
      selected: isSelected,
      judged: findings.map(f => (isJudged(f) ? (f?.effect ?? null) : null)),
      doubtful: findings.map(f => (isJudged(f) ? null : (f?.effect ?? null))),
    };
  });
  const depth = (line: ChartLine) => (line.selected ? 2 : line.colour >= 0 ? 1 : 0);
  return lines.reverse().sort((a, b) => depth(a) - depth(b));
}

function isJudged(finding: FindingEntry | null): boolean {
  return finding?.verdict === 'drift' || finding?.verdict === 'stable';
}

/** The worst verdict of each window over all subjects: the strip under the chart. */
export function windowVerdicts(view: SeriesView): readonly (Verdict | null)[] {
  return view.starts.map((_, i) =>
    worstVerdict(view.subjects.flatMap(({ findings }) => findings[i]?.verdict ?? [])),
  );
}

export interface Level {
  readonly value: number;
  readonly name: 'tolerance' | 'paging';
  readonly dash: readonly number[];
}

/**
 * The lines across the chart: what the effect of the selected subject was held against in a window. Both depend on the
 * component that decided and on how well the noise is known; where a window has no finding, the last one before it counts.
 */
export function levelsOf(view: SeriesView, selected: string | null, index: number): readonly Level[] {
  const series = view.subjects.find(({ subject }) => subject === selected) ?? view.subjects[0];
  const finding = series?.findings.slice(0, index + 1).findLast(f => f !== null && f.tolerance !== null);
  if (finding === undefined || finding === null || finding.tolerance === null) return [];
  const levels: Level[] = [{ value: finding.tolerance, name: 'tolerance', dash: [4, 4] }];
  const paging = pagingTolerance(finding);
  if (pagingRule(finding) === 'effect' && paging !== null)
    levels.push({ value: paging, name: 'paging', dash: [] });
  return levels;
}

/** Top of the effect axis: what is drawn and the lines across of the last window fit below it. */
export function effectTop(view: SeriesView, lines: readonly ChartLine[]): number {
  const most = lines
    .flatMap(line => [...line.judged, ...(line.colour === -1 ? [] : line.doubtful)])
    .reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  const selected = lines.find(line => line.selected)?.subject ?? null;
  const levels = levelsOf(view, selected, view.starts.length - 1);
  return levels.reduce((top, { value }) => Math.max(top, value * 1.3), Math.max(most * 1.12, 1e-6));
}

/**
 * Indices at which a verdict mark is drawn: the first window of every run of drift, then one each `gap` windows, so that
 * marks stay apart.
 */
export function markedWindows(findings: readonly (FindingEntry | null)[], gap: number): readonly number[] {
  const marked: number[] = [];
  let running = false;
  for (const [i, finding] of findings.entries()) {
    const drifting = finding?.verdict === 'drift';
    const last = marked.at(-1);
    if (drifting && (last === undefined || i - last >= (running ? gap : gap / 2))) marked.push(i);
    running = drifting;
  }
  return marked;
}
