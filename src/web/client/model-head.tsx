import type { AlertEntry, BaselineEntry, ModelDetail, ModelSummary } from './answers.ts';
import { count, day, fullMoment, machineTime, stretch, subjectName } from './format.ts';
import { worstSentence } from './models-page.tsx';
import { go } from './navigation.ts';
import type { ModelRoute } from './route.ts';
import { StateMark } from './state-mark.tsx';
import { modelLook } from './verdict.ts';

interface Props {
  readonly route: ModelRoute;
  readonly summary: ModelSummary | null;
  readonly environments: readonly string[];
  readonly detail: ModelDetail | null;
  readonly alerts: readonly AlertEntry[];
}

/** The model's state, its alert and since when, one sentence, and what it is judged by. */
export function ModelHead({ route, summary, environments, detail, alerts }: Props) {
  const open = alerts.filter(a => a.state !== 'ok');
  return (
    <header class="head">
      <p class="crumb">
        <a href="#/">Models</a>
      </p>
      <div class="title">
        <h1 tabIndex={-1}>{route.model}</h1>
        {summary !== null && <StateMark look={modelLook(summary)} />}
        {environments.length > 1 ? (
          <EnvironmentSelect route={route} environments={environments} current={summary?.environment ?? ''} />
        ) : (
          <span class="muted">{summary?.environment}</span>
        )}
      </div>
      {open.map(alert => (
        <AlertLine
          key={`${alert.policy}/${alert.environment}`}
          alert={alert}
          now={summary?.lastSeen ?? alert.since}
        />
      ))}
      {summary !== null && <p class="lead">{worstSentence(summary)}</p>}
      {summary !== null && (
        <Facts summary={summary} baseline={detail?.baselines.find(b => b.active) ?? null} />
      )}
    </header>
  );
}

function EnvironmentSelect({
  route,
  environments,
  current,
}: {
  readonly route: ModelRoute;
  readonly environments: readonly string[];
  readonly current: string;
}) {
  return (
    <label class="field">
      <span>Environment</span>
      <select
        value={current}
        onChange={event => go({ ...route, environment: event.currentTarget.value, at: null })}
      >
        {environments.map(name => (
          <option key={name} value={name}>
            {name === '' ? '(none)' : name}
          </option>
        ))}
      </select>
    </label>
  );
}

const alertWords: Readonly<Record<AlertEntry['state'], string>> = {
  ok: 'No alert',
  pending: 'Alert pending',
  firing: 'Alert firing',
  paused: 'Alert paused',
};

/** Durations are in the data's own time, so a replay tells the truth too. */
function AlertLine({ alert, now }: { readonly alert: AlertEntry; readonly now: number }) {
  const names = alert.subjects.map(subjectName);
  return (
    <p class={`alert-line ${alert.state}`}>
      <strong>{alertWords[alert.state]}</strong> since{' '}
      <time dateTime={machineTime(alert.since)}>{fullMoment(alert.since)}</time>
      {now > alert.since && ` (${stretch(now - alert.since)})`}
      {names.length > 0 && ` for ${names.join(', ')}`}
      <span class="muted">
        {' '}
        policy {alert.policy}, episode {alert.episode}
      </span>
    </p>
  );
}

function Facts({
  summary,
  baseline,
}: {
  readonly summary: ModelSummary;
  readonly baseline: BaselineEntry | null;
}) {
  const versions = summary.versions.filter(v => v !== '');
  return (
    <dl class="facts">
      <div>
        <dt>Rows</dt>
        <dd>{count(summary.rows)}</dd>
      </div>
      <div>
        <dt>Last row</dt>
        <dd>{summary.lastSeen > 0 ? fullMoment(summary.lastSeen) : '–'}</dd>
      </div>
      <div>
        <dt>Versions</dt>
        <dd>{versions.length === 0 ? '–' : versions.join(', ')}</dd>
      </div>
      <div>
        <dt>Baseline</dt>
        <dd>
          {baselineText(summary, baseline)}
          {baseline !== null && baseline.note !== '' && <span class="sub">{baseline.note}</span>}
        </dd>
      </div>
      <div>
        <dt>Retraining</dt>
        <dd>{summary.armed ? 'Armed' : 'Dry run: orders are recorded, not sent'}</dd>
      </div>
    </dl>
  );
}

function baselineText(summary: ModelSummary, baseline: BaselineEntry | null): string {
  if (summary.baseline === null) return 'none yet';
  if (baseline === null) return String(summary.baseline);
  const period = baseline.from > 0 ? `, ${day(baseline.from)} to ${day(baseline.to)}` : '';
  return `${baseline.baseline}, ${baseline.origin}, ${count(baseline.rows)} rows${period}`;
}
