import { useState } from 'preact/hooks';
import type { SubjectEntry } from './answers.ts';
import { effectText, subjectFamily, subjectName } from './format.ts';
import { formatRoute, type ModelRoute } from './route.ts';
import type { SeriesView, SubjectSeries } from './series.ts';
import { Sparkline } from './sparkline.tsx';
import { StateMark } from './state-mark.tsx';
import { isListed, verdictLook } from './verdict.ts';

interface Props {
  readonly route: ModelRoute;
  readonly view: SeriesView;
  readonly selected: string | null;
  readonly index: number;
  readonly subjects: readonly SubjectEntry[];
}

/** Models with more subjects show these first, and the rest when asked. */
const firstSubjects = 50;

/** Every subject of the chart, worst first, and those that were set aside. */
export function SubjectList({ route, view, selected, index, subjects }: Props) {
  const [all, setAll] = useState(false);
  const shown = view.subjects.filter((s, rank) => all || rank < firstSubjects || s.subject === selected);
  const aside = subjects.filter(s => s.aside !== '');
  return (
    <section class="card subjects" aria-labelledby="subjects">
      <h2 id="subjects">Subjects</h2>
      <p class="muted">Worst effect against its tolerance first; numbers are of the selected window.</p>
      <ul>
        {shown.map(series => (
          <Item
            key={series.subject}
            series={series}
            route={route}
            index={index}
            chosen={series.subject === selected}
          />
        ))}
      </ul>
      {shown.length < view.subjects.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {view.subjects.length}
        </button>
      )}
      {aside.length > 0 && (
        <details>
          <summary>{aside.length} set aside, not tested</summary>
          <ul class="aside">
            {aside.map(s => (
              <li key={s.subject}>
                {subjectName(s.subject)} <span class="muted">{s.aside.replaceAll('-', ' ')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

interface ItemProps {
  readonly series: SubjectSeries;
  readonly route: ModelRoute;
  readonly index: number;
  readonly chosen: boolean;
}

function Item({ series, route, index, chosen }: ItemProps) {
  const finding = series.findings[index] ?? null;
  const known = series.findings.findLast(f => f !== null) ?? null;
  return (
    <li>
      <a href={formatRoute({ ...route, subject: series.subject })} aria-current={chosen ? 'true' : undefined}>
        <span class="name" title={subjectName(series.subject)}>
          {finding !== null && isListed(finding) && (
            <span class="tag" title="Stands out once all subjects of this window are looked at together">
              listed
            </span>
          )}
          {subjectName(series.subject)}
          {!series.subject.startsWith('feature:') && subjectFamily(series.subject) !== series.subject && (
            <span class="unseen"> ({subjectFamily(series.subject)})</span>
          )}
        </span>
        <Sparkline
          values={series.findings.map(f => f?.effect ?? null)}
          tolerance={known?.tolerance ?? null}
          drifting={series.worstDrift > 0}
        />
        <span class="number">{effectText(route.check, finding?.effect ?? null)}</span>
        {finding === null ? (
          <span class="state muted">–</span>
        ) : (
          <StateMark look={verdictLook(finding.verdict)} />
        )}
      </a>
    </li>
  );
}
