import { useEffect, useRef } from 'preact/hooks';
import type { Episode, EpisodeDelivery, EventKind } from './alert-answers.ts';
import { eventDetail, eventWords } from './alert-words.ts';
import { PlainTable } from './data-table.tsx';
import { EventMark, MarkLegend } from './episode-marks.tsx';
import { type Lane, laneOf, marksOf, place, type Span, spanOf, trackWords } from './episode-track.ts';
import { clockTime, day, fullMoment, machineTime, moment, stretch, subjectName } from './format.ts';
import { timeTicks } from './scale.ts';

interface Props {
  readonly episodes: readonly Episode[];
  readonly now: number;
  /** The one that is opened up. */
  readonly chosen: number;
}

/** Episodes under one axis of time, newest first; each opens up into what happened. */
export function EpisodeList({ episodes, now, chosen }: Props) {
  const span = spanOf(episodes, now);
  const kinds = [...new Set(episodes.flatMap(({ events }) => events.map(({ kind }) => kind)))];
  const sorted = Object.keys(eventWords).filter(kind => kinds.includes(kind as EventKind)) as EventKind[];
  return (
    <>
      <MarkLegend kinds={sorted} />
      <Axis span={span} />
      <ol class="episodes">
        {episodes.map(episode => (
          <Row
            key={episode.episode}
            episode={episode}
            span={span}
            now={now}
            open={episode.episode === chosen}
          />
        ))}
      </ol>
    </>
  );
}

function Axis({ span }: { readonly span: Span }) {
  const ticks = timeTicks(span.from / 1000, span.to / 1000, 7).map(seconds => seconds * 1000);
  const short = span.to - span.from < 3 * 86_400_000;
  return (
    <div class="track-axis" aria-hidden="true">
      <svg width="100%" height="20">
        {ticks.map(at => (
          <text key={at} x={`${place(span, at)}%`} y="14">
            {short && at % 86_400_000 !== 0 ? clockTime(at) : day(at)}
          </text>
        ))}
      </svg>
    </div>
  );
}

interface RowProps {
  readonly episode: Episode;
  readonly span: Span;
  readonly now: number;
  readonly open: boolean;
}

function Row({ episode, span, now, open }: RowProps) {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (open && box.current !== null) box.current.open = true;
  }, [open]);
  const lasted = stretch((episode.resolved ?? now) - episode.since);
  return (
    <li id={`episode-${episode.episode}`}>
      <details ref={box}>
        <summary>
          <span class="episode-name">
            <strong>Episode {episode.episode}</strong>
            <span class="sub">
              {episode.resolved === null
                ? `open, ${lasted} so far`
                : `${lasted}, over ${moment(episode.resolved)}`}
            </span>
          </span>
          <Track episode={episode} span={span} now={now} />
        </summary>
        <Detail episode={episode} />
      </details>
    </li>
  );
}

const laneHeights: Readonly<Record<Lane, number>> = { people: 10, alert: 32, orders: 54 };

function Track({ episode, span, now }: Omit<RowProps, 'open'>) {
  const [from, to] = [place(span, episode.since), place(span, episode.resolved ?? now)];
  const ticks = timeTicks(span.from / 1000, span.to / 1000, 7);
  return (
    <svg class="track" width="100%" height="64" role="img" aria-label={trackWords(episode, now)}>
      {ticks.map(seconds => (
        <line
          key={seconds}
          class="tick"
          x1={`${place(span, seconds * 1000)}%`}
          x2={`${place(span, seconds * 1000)}%`}
          y1="0"
          y2="64"
        />
      ))}
      <rect
        class={`span ${episode.resolved === null ? episode.severity : 'over'}`}
        x={`${from}%`}
        y="26"
        width={`${Math.max(0.4, to - from)}%`}
        height="12"
        rx="3"
      />
      {marksOf(episode.events, span).map(({ kind, x, count }) => (
        <svg
          key={`${kind} ${x}`}
          x={`${x}%`}
          y={laneHeights[laneOf(kind)]}
          overflow="visible"
          aria-hidden="true"
        >
          <EventMark kind={kind} />
          {count > 1 && (
            <text x="9" y="4">
              {count}
            </text>
          )}
        </svg>
      ))}
    </svg>
  );
}

function Detail({ episode }: { readonly episode: Episode }) {
  const { events, subjects, summary, since } = episode;
  return (
    <div class="episode-detail">
      <p>{summary}</p>
      <p class="muted">
        Data from <time dateTime={machineTime(since)}>{fullMoment(since)}</time> on
        {subjects.length > 0 && ` · ${subjects.slice(0, 12).map(subjectName).join(', ')}`}
      </p>
      <PlainTable
        stack
        caption={`What happened in episode ${episode.episode}, times in UTC`}
        columns={[{ name: 'At (UTC)' }, { name: 'What' }, { name: 'Details' }, { name: 'Window (UTC)' }]}
        rows={events.map(event => [
          <time key="at" class="nowrap" dateTime={machineTime(event.at)}>
            {moment(event.at)}
          </time>,
          <span key="what" class="nowrap event-name">
            <svg class="mark-swatch" viewBox="-8 -8 16 16" aria-hidden="true">
              <EventMark kind={event.kind} />
            </svg>
            {eventWords[event.kind]}
          </span>,
          eventDetail(event),
          event.window === null ? '' : `${moment(event.window.from)} to ${moment(event.window.to)}`,
        ])}
      />
      <Deliveries episode={episode} />
    </div>
  );
}

/** Who was sent what, and how it fared. */
function Deliveries({ episode: { messages, orders, episode } }: { readonly episode: Episode }) {
  const sent = [
    ...messages.map(one => ({ what: eventWords[one.kind], deliveries: one.deliveries })),
    ...orders.map(one => ({ what: `Order ${one.kind}`, deliveries: one.deliveries })),
  ];
  const rows = sent.flatMap(({ what, deliveries }) =>
    deliveries.map(delivery => [
      what,
      delivery.endpoint,
      outcomeWords(delivery),
      String(delivery.attempts.length),
      delivery.attempts.at(-1)?.detail ?? '',
    ]),
  );
  if (messages.length > 0 && rows.length === 0)
    return (
      <p class="muted">
        No attempt to deliver its messages is kept: there is no receiver, or they are waiting.
      </p>
    );
  if (rows.length === 0) return null;
  return (
    <>
      <h3>Messages</h3>
      <PlainTable
        stack
        caption={`Messages of episode ${episode}`}
        columns={[
          { name: 'Message' },
          { name: 'Receiver' },
          { name: 'Outcome' },
          { name: 'Attempts', numeric: true },
          { name: 'Last answer' },
        ]}
        rows={rows}
      />
    </>
  );
}

function outcomeWords({ outcome, attempts }: EpisodeDelivery): string {
  const last = attempts.at(-1);
  if (outcome === 'done') return 'delivered';
  if (outcome === 'retry' && last !== undefined) return `tried again ${moment(last.next)}`;
  return outcome;
}
