import { useMemo, useState } from 'preact/hooks';
import { windowLengths } from '../../domain/window.ts';
import { windowVerdicts } from './chart-lines.ts';
import { DataTable } from './data-table.tsx';
import { EffectChart } from './effect-chart.tsx';
import { day, effectText, fullMoment, hours, moment, subjectName } from './format.ts';
import { Legend } from './legend.tsx';
import { go } from './navigation.ts';
import { Note } from './notice.tsx';
import { formatRoute, type ModelRoute } from './route.ts';
import { type SeriesView, spanSeconds } from './series.ts';
import type { Theme } from './theme.ts';
import type { Happening } from './timeline.ts';
import { verdictLook } from './verdict.ts';
import { WindowSlider } from './window-slider.tsx';

interface Props {
  readonly route: ModelRoute;
  readonly view: SeriesView;
  readonly selected: string | null;
  readonly index: number;
  readonly marks: readonly Happening[];
  readonly theme: Theme;
}

/** The chart of effects with its legend, the window slider and the same numbers as a table. */
export function Effects({ route, view, selected, index, marks, theme }: Props) {
  const [hovered, setHovered] = useState<number | null>(null);
  const pick = (i: number) =>
    go({ ...route, at: i === view.starts.length - 1 ? null : (view.starts[i] ?? null) }, true);
  const label = useMemo(() => describe(view, route.check), [view, route.check]);
  const shown = hovered !== null && hovered < view.starts.length ? hovered : index;
  return (
    <>
      <Unjudged route={route} view={view} />
      <Readout view={view} check={route.check} selected={selected} index={shown} />
      <EffectChart
        view={view}
        check={route.check}
        selected={selected}
        index={index}
        marks={marks}
        theme={theme}
        label={label}
        onPick={pick}
        onHover={setHovered}
      />
      <WindowSlider view={view} index={index} pick={pick} />
      <Legend view={view} route={route} selected={selected} marks={marks} />
      <DataTable
        caption={`Effects of check ${route.check} by window, times in UTC`}
        columns={[
          { name: 'Window ending (UTC)' },
          { name: 'Subject' },
          { name: 'Effect', numeric: true },
          { name: 'Tolerance', numeric: true },
          { name: 'Verdict' },
        ]}
        rows={() => tableRows(view, route.check)}
      />
    </>
  );
}

/** The chart in one sentence, for its label. */
function describe(view: SeriesView, check: string): string {
  const first = view.starts[0];
  const last = view.starts.at(-1);
  if (first === undefined || last === undefined) return 'No finding';
  const worst = view.subjects.filter(s => s.worstDrift > 0).map(s => subjectName(s.subject));
  const drifting = worst.length === 0 ? 'No subject drifts.' : `Drift in ${worst.slice(0, 5).join(', ')}.`;
  return (
    `Effect of check ${check} over time for ${view.subjects.length} subjects, windows of ${hours(view.windowSeconds)} ` +
    `ending ${fullMoment((first + view.windowSeconds) * 1000)} to ${fullMoment((last + view.windowSeconds) * 1000)}. ${drifting}`
  );
}

/** Newest window first; at most 600 lines, worst subjects of each window first. */
function tableRows(view: SeriesView, check: string) {
  const rows = [];
  for (let i = view.starts.length - 1; i >= 0 && rows.length < 600; i--) {
    for (const { subject, findings } of view.subjects) {
      const finding = findings[i];
      if (finding === null || finding === undefined) continue;
      rows.push([
        moment((finding.windowStart + finding.windowSeconds) * 1000),
        subjectName(subject),
        effectText(check, finding.effect),
        effectText(check, finding.tolerance),
        verdictLook(finding.verdict).word,
      ]);
    }
  }
  return rows;
}

/** Said when no window of this length could be judged; a longer one may have the rows it takes. */
function Unjudged({ route, view }: { readonly route: ModelRoute; readonly view: SeriesView }) {
  const verdicts = windowVerdicts(view);
  if (verdicts.some(verdict => verdict === 'drift' || verdict === 'stable')) return null;
  const longer = windowLengths.find(seconds => seconds > route.windowSeconds);
  return (
    <Note>
      None of these windows could be judged: {verdictLook(verdicts.at(-1) ?? 'no-data').meaning.toLowerCase()}
      . Effects are drawn as a hint only.{' '}
      {longer !== undefined && (
        <a href={formatRoute({ ...route, windowSeconds: longer, at: null })}>
          See windows of {hours(longer)}
        </a>
      )}
    </Note>
  );
}

/** `10 Oct to 21 Nov UTC`: what the chart really covers. */
export function coverage(view: SeriesView): string {
  const first = view.starts[0];
  const last = view.starts.at(-1);
  if (first === undefined || last === undefined) return '';
  return `${day(first * 1000)} to ${day((last + view.windowSeconds) * 1000)}, UTC`;
}

interface ReadoutProps {
  readonly view: SeriesView;
  readonly check: string;
  readonly selected: string | null;
  readonly index: number;
}

function Readout({ view, check, selected, index }: ReadoutProps) {
  const start = view.starts[index];
  if (start === undefined) return null;
  const values = view.subjects
    .map(({ subject, findings }) => ({ subject, finding: findings[index] ?? null }))
    .filter(({ finding }) => finding !== null)
    .sort(
      (a, b) =>
        Number(b.subject === selected) - Number(a.subject === selected) ||
        (b.finding?.effect ?? 0) - (a.finding?.effect ?? 0),
    );
  return (
    <p class="readout" aria-hidden="true">
      <span>Window ending {fullMoment((start + view.windowSeconds) * 1000)}</span>
      {values.slice(0, 3).map(({ subject, finding }) => (
        <span key={subject}>
          {subjectName(subject)} <b>{effectText(check, finding?.effect ?? null)}</b>
        </span>
      ))}
    </p>
  );
}

/** Why there is no line to draw. */
export function NoFindings({
  windowSeconds,
  check,
}: {
  readonly windowSeconds: number;
  readonly check: string;
}) {
  return (
    <Note>
      No finding of check <code>{check}</code> for windows of {hours(windowSeconds)} in the last{' '}
      {spanSeconds(windowSeconds) / 86_400} days. A window is judged once it has ended, ten minutes of
      lateness have passed and a baseline is there.
    </Note>
  );
}
