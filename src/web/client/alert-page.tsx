import { useState } from 'preact/hooks';
import { AlertActions } from './alert-actions.tsx';
import type { AlertState, Episode, EpisodesAnswer } from './alert-answers.ts';
import { alertLook, peopleWords, streamName } from './alert-words.ts';
import { NeverFired, Worst } from './alerts-page.tsx';
import { EpisodeList } from './episode-list.tsx';
import { fullMoment, machineTime, stretch } from './format.ts';
import { Loading, Trouble } from './notice.tsx';
import { usePoll } from './poll.ts';
import { get, modelPath } from './request.ts';
import { type AlertRoute, formatRoute, modelRoute } from './route.ts';
import { StateMark } from './state-mark.tsx';

const pageSize = 20;

/** One alert: where it stands, what may be done about it, and its episodes over time. */
export function AlertPage({ route }: { readonly route: AlertRoute }) {
  const [asked, setAsked] = useState(0);
  // Older episodes come from further pages; a message may lead to one of them.
  const [limit, setLimit] = useState(pageSize);
  const { model, policy, environment } = route;
  const query = { environment, limit };
  const path = modelPath(model, `/alerts/${encodeURIComponent(policy)}/episodes`);
  const polled = usePoll(`${path}/${environment}/${limit}/${asked}`, signal =>
    get<EpisodesAnswer>(path, query, signal),
  );
  const answer = polled.value ?? polled.before;
  return (
    <>
      <Head
        route={route}
        alert={answer?.alert ?? null}
        now={answer?.now ?? 0}
        onDone={() => setAsked(n => n + 1)}
      />
      <Trouble polled={polled} what="the alert" />
      {answer === null && polled.failure === null && <Loading what="the alert" tall />}
      {answer !== null && (
        <History
          answer={answer}
          chosen={route.episode}
          more={answer.episodes.length >= limit && limit < 100 ? () => setLimit(limit + pageSize) : null}
        />
      )}
    </>
  );
}

interface HeadProps {
  readonly route: AlertRoute;
  readonly alert: AlertState | null;
  readonly now: number;
  readonly onDone: () => void;
}

function Head({ route, alert, now, onDone }: HeadProps) {
  const { model, environment, policy } = route;
  return (
    <header class="head">
      <p class="crumb">
        <a href="#/alerts">Alerts</a> ·{' '}
        <a href={formatRoute(modelRoute(model, environment))}>Model {model}</a>
      </p>
      <div class="title">
        <h1 tabIndex={-1}>{streamName({ model, environment })}</h1>
        {alert !== null && <StateMark look={alertLook(alert)} />}
        <span class="muted">policy {policy}</span>
      </div>
      {alert !== null && (
        <>
          {alert.open && (
            <p>
              Since <time dateTime={machineTime(alert.since)}>{fullMoment(alert.since)}</time> (
              {stretch(now - alert.since)})
            </p>
          )}
          <Worst alert={alert} />
          <p class="muted">{peopleWords(alert)}</p>
          <AlertActions alert={alert} now={now} onDone={onDone} />
        </>
      )}
    </header>
  );
}

interface HistoryProps {
  readonly answer: EpisodesAnswer;
  readonly chosen: number | null;
  readonly more: (() => void) | null;
}

function History({ answer: { episodes, now }, chosen, more }: HistoryProps) {
  if (episodes.length === 0) return <NeverFired />;
  const newest: Episode = episodes[0]!;
  return (
    <section class="card" aria-labelledby="episodes">
      <h2 id="episodes">Episodes</h2>
      <p class="muted">
        From the first window that pages to the end, times in UTC. Above the bar what people said, below it
        what was ordered.
      </p>
      <EpisodeList episodes={episodes} now={now} chosen={chosen ?? newest.episode} />
      {more !== null && (
        <button type="button" onClick={more}>
          Older episodes
        </button>
      )}
    </section>
  );
}
