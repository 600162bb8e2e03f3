import { useEffect, useMemo } from 'preact/hooks';
import type { AlertsAnswer, ModelDetail, ModelSummary } from './answers.ts';
import { CalibrationCard } from './calibration-card.tsx';
import { checkWords } from './check-words.ts';
import { ChecksTable } from './checks-table.tsx';
import { coverage, Effects, NoFindings } from './effects.tsx';
import { useSeriesFindings, useWindowFindings } from './findings.ts';
import { ModelHead } from './model-head.tsx';
import { go } from './navigation.ts';
import { Loading, Trouble } from './notice.tsx';
import { OrdersCard } from './orders-card.tsx';
import { type Polled, usePoll } from './poll.ts';
import { get, modelPath } from './request.ts';
import type { ModelRoute } from './route.ts';
import { type SeriesView, seriesView, windowIndex } from './series.ts';
import { SubjectList } from './subject-list.tsx';
import { SubjectPanel } from './subject-panel.tsx';
import type { Theme } from './theme.ts';
import { chartMarks, type Happening, timeline } from './timeline.ts';
import { TimelineTable } from './timeline-table.tsx';
import { WindowSwitch } from './window-switch.tsx';

interface Props {
  readonly route: ModelRoute;
  readonly models: Polled<readonly ModelSummary[]>;
  readonly theme: Theme;
}

/** One model in one environment. What is selected (window length, check, subject, window) is in the address. */
export function ModelPage({ route, models, theme }: Props) {
  const own = (models.value ?? []).filter(m => m.model === route.model);
  const summary = own.find(m => m.environment === route.environment) ?? own[0] ?? null;
  const environment = summary === null ? null : summary.environment;
  const key = environment === null ? null : JSON.stringify([route.model, environment]);
  const query = { environment };
  const detail = usePoll(key, signal => get<ModelDetail>(modelPath(route.model), query, signal));
  const alerts = usePoll(key, signal => get<AlertsAnswer>(modelPath(route.model, '/alerts'), {}, signal));
  const here = useMemo(() => ofEnvironment(alerts.value, environment), [alerts.value, environment]);
  const happenings = useMemo(() => timeline(here, detail.value?.activations ?? []), [here, detail.value]);
  return (
    <>
      <ModelHead
        route={route}
        summary={summary}
        environments={own.map(m => m.environment)}
        detail={detail.value}
        alerts={here?.alerts ?? []}
      />
      <Trouble polled={models} what="the models" />
      {models.value !== null && summary === null && (
        <p class="notice">
          No model named <strong>{route.model}</strong> has sent anything. <a href="#/">See all models</a>
        </p>
      )}
      {models.value === null && models.failure === null && <Loading what="the model" tall />}
      {summary !== null && (
        <Findings route={route} summary={summary} detail={detail} happenings={happenings} theme={theme} />
      )}
      <Trouble polled={detail} what="the model" />
      <Trouble polled={alerts} what="the alerts" />
      <OrdersCard model={route.model} orders={here?.orders ?? []} />
      {alerts.value !== null && detail.value !== null && <TimelineTable happenings={happenings} />}
    </>
  );
}

/** Alerts are answered for all environments of a model. */
function ofEnvironment(alerts: AlertsAnswer | null, environment: string | null): AlertsAnswer | null {
  if (alerts === null) return null;
  const own = (entry: { readonly environment: string }) => entry.environment === environment;
  return {
    alerts: alerts.alerts.filter(own),
    transitions: alerts.transitions.filter(own),
    orders: alerts.orders.filter(own),
  };
}

interface FindingsProps {
  readonly route: ModelRoute;
  readonly summary: ModelSummary;
  readonly detail: Polled<ModelDetail>;
  readonly happenings: readonly Happening[];
  readonly theme: Theme;
}

function Findings({ route, summary, detail, happenings, theme }: FindingsProps) {
  const findings = useSeriesFindings(route, summary);
  const view = useMemo(
    () => seriesView(findings.value ?? [], route.windowSeconds),
    [findings.value, route.windowSeconds],
  );
  const marks = useMemo(() => visible(chartMarks(happenings), view), [happenings, view]);
  const index = windowIndex(view.starts, route.at);
  const subject = route.subject ?? view.subjects[0]?.subject ?? null;
  const inWindow = useWindowFindings(route, summary, view.starts[index] ?? null);
  useReveal(route.subject);
  return (
    <>
      <section class="card" aria-labelledby="effects">
        <div class="bar">
          <h2 id="effects">Effect over time</h2>
          <CheckSelect
            route={route}
            checks={[
              ...(detail.value?.checks ?? []).map(c => c.check),
              ...inWindow.filter(f => f.effect !== null).map(f => f.check),
            ]}
          />
          <WindowSwitch route={route} />
          <span class="muted">{coverage(view)}</span>
        </div>
        <Trouble polled={findings} what="the findings" />
        {findings.value === null && findings.failure === null && <Loading what="the findings" tall />}
        {findings.value !== null && view.starts.length === 0 && (
          <NoFindings windowSeconds={route.windowSeconds} check={route.check} />
        )}
        {view.starts.length > 0 && (
          <Effects route={route} view={view} selected={subject} index={index} marks={marks} theme={theme} />
        )}
      </section>
      {view.starts.length > 0 && subject !== null && (
        <div class="split">
          <SubjectList
            route={route}
            view={view}
            selected={subject}
            index={index}
            subjects={detail.value?.subjects ?? []}
          />
          <SubjectPanel
            route={route}
            environment={summary.environment}
            view={view}
            subject={subject}
            index={index}
            inWindow={inWindow}
          />
        </div>
      )}
      <ChecksTable route={route} checks={detail.value?.checks ?? []} findings={inWindow} />
      {detail.value !== null && <CalibrationCard detail={detail.value} now={summary.lastSeen} />}
    </>
  );
}

/** Those that happened while the chart runs. */
function visible(marks: readonly Happening[], view: SeriesView): readonly Happening[] {
  const first = (view.starts[0] ?? Number.POSITIVE_INFINITY) * 1000;
  const last = ((view.starts.at(-1) ?? 0) + view.windowSeconds) * 1000;
  return marks.filter(mark => mark.at >= first && mark.at <= last);
}

/** On a narrow screen a chosen subject may lie below the list: bring it into view. */
function useReveal(subject: string | null): void {
  useEffect(() => {
    if (subject === null) return;
    const panel = document.getElementById('subject');
    if (panel !== null && panel.getBoundingClientRect().top > innerHeight - 80)
      panel.scrollIntoView({ block: 'start' });
  }, [subject]);
}

function CheckSelect({ route, checks }: { readonly route: ModelRoute; readonly checks: readonly string[] }) {
  const names = [...new Set([route.check, ...checks])];
  return (
    <label class="field">
      <span>Check</span>
      <select
        value={route.check}
        onChange={event => go({ ...route, check: event.currentTarget.value, subject: null })}
      >
        {names.map(name => (
          <option key={name} value={name}>
            {checkWords(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
