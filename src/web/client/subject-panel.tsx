import type { Distribution, FindingEntry } from './answers.ts';
import { checkWords } from './check-words.ts';
import { ComponentsTable } from './components-table.tsx';
import { PlainTable } from './data-table.tsx';
import { effectText, fullMoment, hours, probability, subjectName } from './format.ts';
import { HistogramChart } from './histogram-chart.tsx';
import { MeasuresTable } from './measures-table.tsx';
import { go } from './navigation.ts';
import { Loading, Note, Trouble } from './notice.tsx';
import { OwnMeasureNumbers, OwnMeasures } from './own-measures.tsx';
import { isOwnMeasure } from './paging.ts';
import { PercentilesTable } from './percentiles-table.tsx';
import { usePoll } from './poll.ts';
import { get, modelPath } from './request.ts';
import type { ModelRoute } from './route.ts';
import type { SeriesView } from './series.ts';
import { StateMark } from './state-mark.tsx';
import { isListed, verdictLook } from './verdict.ts';
import { VerdictNumbers } from './verdict-numbers.tsx';

interface Props {
  readonly route: ModelRoute;
  readonly environment: string;
  readonly view: SeriesView;
  readonly subject: string;
  readonly index: number;
  /** Findings of every check in the selected window. */
  readonly inWindow: readonly FindingEntry[];
}

/** One subject in one window: the sentence, the two distributions, the numbers behind the verdict. */
export function SubjectPanel(props: Props) {
  const { route, view, subject, index } = props;
  const start = view.starts[index] ?? null;
  const finding = view.subjects.find(s => s.subject === subject)?.findings[index] ?? null;
  const others = props.inWindow.filter(f => f.subject === subject && f.check !== route.check);
  const distribution = useDistribution(props, start, finding);
  const shown = distribution.value ?? (distribution.before?.subject === subject ? distribution.before : null);
  return (
    <section class="card subject" id="subject" aria-labelledby="subject-name">
      <header>
        <h2 id="subject-name">{subjectName(subject)}</h2>
        {finding !== null && <StateMark look={verdictLook(finding.verdict)} />}
      </header>
      {start !== null && <WindowSteps route={route} view={view} index={index} />}
      {finding === null ? (
        <Note>Nothing was found about {subjectName(subject)} in this window.</Note>
      ) : (
        <>
          <p class="sentence">{finding.sentence}</p>
          <Listed finding={finding} />
        </>
      )}
      {subject !== '' && (
        <div
          class={shown === distribution.value ? 'distribution' : 'distribution waiting'}
          aria-busy={shown !== distribution.value}
        >
          <Trouble polled={distribution} what="the distribution" />
          {shown === null && distribution.failure === null && <Loading what="the distribution" tall />}
          {shown !== null && <HistogramChart distribution={shown} />}
        </div>
      )}
      {finding !== null && <Numbers finding={finding} distribution={distribution.value} />}
      <OwnMeasures findings={others} route={{ ...route, subject }} />
      <OtherChecks findings={others.filter(f => !isOwnMeasure(f.check))} />
    </section>
  );
}

/** The numbers behind the verdict of the check that is looked at. */
function Numbers(props: { readonly finding: FindingEntry; readonly distribution: Distribution | null }) {
  const { finding } = props;
  if (isOwnMeasure(finding.check)) return <OwnMeasureNumbers finding={finding} />;
  return (
    <>
      <VerdictNumbers {...props} />
      <PercentilesTable finding={finding} />
      <ComponentsTable finding={finding} />
      <MeasuresTable finding={finding} />
    </>
  );
}

/** Said of a subject that is no alarm itself but stands out once there is one in its window. */
function Listed({ finding }: { readonly finding: FindingEntry }) {
  if (!isListed(finding)) return null;
  return (
    <p class="notice">
      Listed beside the drift found in this window: its p stands out at the level of all subjects together
      (Holm's method). That adds a name to look at, not an alarm.
    </p>
  );
}

/** Loaded once for a subject, a window and a generation: a closed window changes only when it is judged again. */
function useDistribution(
  { route, environment, subject }: Props,
  start: number | null,
  finding: FindingEntry | null,
) {
  const parts = [environment, subject, start, route.windowSeconds, finding?.generation ?? ''];
  const key = start === null || subject === '' ? null : JSON.stringify(parts);
  return usePoll(
    key,
    signal =>
      get<Distribution>(
        modelPath(route.model, '/distribution'),
        { subject, windowStart: start, windowSeconds: route.windowSeconds, environment },
        signal,
      ),
    null,
  );
}

function WindowSteps({ route, view, index }: Pick<Props, 'route' | 'view' | 'index'>) {
  const start = view.starts[index] ?? 0;
  const last = view.starts.length - 1;
  const move = (to: number) => go({ ...route, at: to >= last ? null : (view.starts[to] ?? null) }, true);
  return (
    <div class="steps" role="group" aria-label="Window">
      <button type="button" onClick={() => move(index - 1)} disabled={index <= 0}>
        ← Earlier
      </button>
      <span>
        {hours(view.windowSeconds)} from {fullMoment(start * 1000)}
      </span>
      <button type="button" onClick={() => move(index + 1)} disabled={index >= last}>
        Later →
      </button>
      {index < last && (
        <button type="button" onClick={() => move(last)}>
          Latest
        </button>
      )}
    </div>
  );
}

function OtherChecks({ findings }: { readonly findings: readonly FindingEntry[] }) {
  const own = findings.filter(f => f.version === '' && f.segment === '');
  if (own.length === 0) return null;
  return (
    <>
      <h3>Other checks of this subject</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Other checks of this subject">
        <PlainTable
          caption="Other checks of this subject in this window"
          columns={[
            { name: 'Check' },
            { name: 'Verdict' },
            { name: 'Effect', numeric: true },
            { name: 'Tolerance', numeric: true },
            { name: 'p', numeric: true },
          ]}
          rows={own.map(f => [
            checkWords(f.check),
            <StateMark key="v" look={verdictLook(f.verdict)} />,
            effectText(f.check, f.effect),
            effectText(f.check, f.tolerance),
            probability(f.p),
          ])}
        />
      </div>
    </>
  );
}
