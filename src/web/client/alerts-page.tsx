import { useState } from 'preact/hooks';
import { AlertActions } from './alert-actions.tsx';
import type { AlertListAnswer, AlertState, SilencesAnswer } from './alert-answers.ts';
import { alertLook, peopleWords, streamName } from './alert-words.ts';
import { PlainTable } from './data-table.tsx';
import { fullMoment, machineTime, moment, stretch, subjectName } from './format.ts';
import { Loading, Note, Trouble } from './notice.tsx';
import { usePoll } from './poll.ts';
import { get } from './request.ts';
import { formatRoute } from './route.ts';
import { SilenceForm } from './silence-form.tsx';
import { SilenceList } from './silence-list.tsx';
import { StateMark } from './state-mark.tsx';

/** Alerts that are open, what is silenced, and what is over. */
export function AlertsPage() {
  const [asked, setAsked] = useState(0);
  const again = () => setAsked(n => n + 1);
  const alerts = usePoll(`alerts/${asked}`, signal => get<AlertListAnswer>('v1/alerts', {}, signal));
  const silences = usePoll(`silences/${asked}`, signal => get<SilencesAnswer>('v1/silences', {}, signal));
  const [about, setAbout] = useState<AlertState | 'anything' | null>(null);
  const answer = alerts.value ?? alerts.before;
  const list = answer?.alerts ?? [];
  const open = list.filter(alert => alert.state !== 'ok');
  const over = list.filter(alert => alert.state === 'ok');
  return (
    <>
      <h1 tabIndex={-1}>Alerts</h1>
      {answer !== null && <p class="lead">{headline(open)}</p>}
      <Trouble polled={alerts} what="the alerts" />
      {answer === null && alerts.failure === null && <Loading what="the alerts" tall />}
      {open.map(alert => (
        <AlertCard
          key={keyOf(alert)}
          alert={alert}
          now={answer?.now ?? alert.since}
          onDone={again}
          onSilence={() => setAbout(alert)}
        />
      ))}
      <section class="card" aria-labelledby="silences">
        <div class="bar">
          <h2 id="silences">Silences</h2>
          {about === null && (
            <button type="button" onClick={() => setAbout('anything')}>
              New silence
            </button>
          )}
        </div>
        {about !== null && (
          <SilenceForm
            key={about === 'anything' ? '' : keyOf(about)}
            about={about === 'anything' ? null : about}
            now={answer?.now ?? 0}
            onDone={() => {
              setAbout(null);
              again();
            }}
            onCancel={() => setAbout(null)}
          />
        )}
        <Trouble polled={silences} what="the silences" />
        <SilenceList answer={silences.value ?? silences.before} onDone={again} />
      </section>
      {over.length > 0 && <OverList alerts={over} />}
    </>
  );
}

const keyOf = ({ model, environment, policy }: AlertState) => JSON.stringify([model, environment, policy]);

function headline(open: readonly AlertState[]): string {
  const firing = open.filter(({ state }) => state === 'firing');
  if (open.length === 0) return 'No alert is open.';
  const taken = firing.filter(({ acknowledged }) => acknowledged !== null).length;
  const paused = open.length - firing.length;
  const parts = [
    `${firing.length} firing`,
    taken === 0 ? '' : `${taken} of them acknowledged`,
    paused === 0 ? '' : `${paused} paused or pending`,
  ];
  return `${parts.filter(part => part !== '').join(', ')}.`;
}

interface CardProps {
  readonly alert: AlertState;
  readonly now: number;
  readonly onDone: () => void;
  readonly onSilence: () => void;
}

function AlertCard({ alert, now, onDone, onSilence }: CardProps) {
  const id = `alert-${alert.model}-${alert.environment}-${alert.policy}`.replaceAll(/\W/g, '_');
  const { model, policy, environment } = alert;
  const tone = alert.state === 'firing' ? alert.severity : 'quiet';
  return (
    <article class={`card alert-card ${tone}`} aria-labelledby={id}>
      <div class="title">
        <h2 id={id}>
          <a href={formatRoute({ page: 'alert', model, policy, environment, episode: null })}>
            {streamName(alert)}
          </a>
        </h2>
        <StateMark look={alertLook(alert)} />
        <span class="muted">
          policy {policy} · {alert.open ? 'since' : 'so since'}{' '}
          <time dateTime={machineTime(alert.since)}>{fullMoment(alert.since)}</time> (
          {stretch(now - alert.since)})
        </span>
      </div>
      <Worst alert={alert} />
      <p class="muted">{peopleWords(alert)}</p>
      <AlertActions alert={alert} now={now} onDone={onDone} onSilence={alert.open ? onSilence : undefined} />
    </article>
  );
}

/** The worst findings of the open episode, in sentences. */
export function Worst({ alert }: { readonly alert: AlertState }) {
  if (!alert.open) return null;
  const shown = alert.findings.slice(0, 3);
  const others = alert.findings.length - shown.length;
  return (
    <ul class="worst">
      {shown.map(({ check, subject, sentence }) => (
        <li key={`${check} ${subject}`}>{sentence === '' ? subjectName(subject) : sentence}</li>
      ))}
      {others > 0 && <li class="muted">{others} more</li>}
    </ul>
  );
}

function OverList({ alerts }: { readonly alerts: readonly AlertState[] }) {
  return (
    <section class="card" aria-labelledby="over">
      <h2 id="over">Over</h2>
      <PlainTable
        stack
        caption="Alerts that are over, times in UTC"
        columns={[
          { name: 'Alert' },
          { name: 'Policy' },
          { name: 'Over since (UTC)' },
          { name: 'Episodes', numeric: true },
        ]}
        rows={alerts.map(alert => {
          const { model, policy, environment, since, episode } = alert;
          return [
            <a key="alert" href={formatRoute({ page: 'alert', model, policy, environment, episode: null })}>
              {streamName(alert)}
            </a>,
            policy,
            <time key="since" class="nowrap" dateTime={machineTime(since)}>
              {moment(since)}
            </time>,
            String(episode),
          ];
        })}
      />
    </section>
  );
}

/** Nothing to show of an alert. */
export function NeverFired() {
  return <Note>This alert has never fired.</Note>;
}
