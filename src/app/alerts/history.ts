import { parseMemory } from '../../act/memory.ts';
import type { Delivery, Transition } from '../../domain/alert.ts';
import type { Acknowledgement, Pause } from '../../domain/control.ts';
import type { Order } from '../../domain/order.ts';
import type {
  Episode,
  EpisodeDelivery,
  EpisodeEvent,
  EpisodeMessage,
  EpisodeOrder,
} from '../../http/control-ports.ts';
import { summaryOf, wordOf } from './row.ts';

/** Everything that was stored of an alert's episodes. */
export interface Stored {
  /** The first one first. */
  readonly transitions: readonly Transition[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly pauses: readonly Pause[];
  /** Steps of the orders the episodes gave, the first one first. */
  readonly orders: readonly (readonly Order[])[];
  readonly attempts: readonly Delivery[];
}

/** Episodes of an alert from what was stored, newest first. `now`: run's clock. Pure. */
export function episodesOf(stored: Stored, now: number): readonly Episode[] {
  const groups = new Map<number, Transition[]>();
  for (const transition of stored.transitions) {
    if (changeOf(transition) === null) continue;
    groups.set(transition.episode, [...(groups.get(transition.episode) ?? []), transition]);
  }
  return [...groups.entries()]
    .filter(([, own]) => own.some(one => changeOf(one) === 'opened'))
    .sort(([a], [b]) => b - a)
    .map(([episode, own]) => episodeOf({ episode, own, stored, now }));
}

/** What a transition was to the episode; null for one before it, or beside it. */
export function changeOf({
  from,
  to,
  reason,
}: Pick<Transition, 'from' | 'to' | 'reason'>): EpisodeEvent['kind'] | null {
  if (to === 'paused') return 'paused';
  if (from === 'paused' && reason === 'resumed') return 'resumed';
  if (from !== to && to === 'firing') return 'opened';
  if (from !== to) return from === 'firing' || (from === 'paused' && to === 'ok') ? 'resolved' : null;
  if (reason.startsWith('extended')) return 'extended';
  if (reason === 'reminded') return 'reminded';
  if (reason !== 'announced') return null;
  return to === 'firing' ? 'announced' : 'end-announced';
}

interface Parts {
  readonly episode: number;
  readonly own: readonly Transition[];
  readonly stored: Stored;
  readonly now: number;
}

function episodeOf({ episode, own, stored, now }: Parts): Episode {
  const opened = own.find(one => changeOf(one) === 'opened')!;
  const resolved = own.findLast(one => changeOf(one) === 'resolved') ?? null;
  const last = own.at(-1)!;
  const words = stored.acknowledgements.filter(one => one.episode === episode);
  const said = words.at(-1);
  const ids = new Set(own.map(({ id }) => id));
  const orders = stored.orders.filter(steps => ids.has(steps[0]?.transition ?? ''));
  const events = [
    ...own.filter(isShown).map(eventOfTransition),
    ...words.map(eventOfWord),
    ...pauseEvents(stored.pauses, now).filter(
      ({ at }) => at >= opened.at && at < (resolved?.at ?? Number.POSITIVE_INFINITY),
    ),
    ...orders.flat().map(eventOfOrder),
  ];
  return {
    episode,
    state: resolved === null ? 'open' : 'resolved',
    severity: last.severity,
    since: parseMemory(opened.memory).since * 1000,
    opened: opened.at,
    resolved: resolved?.at ?? null,
    summary: summaryOf(own.findLast(one => one.to === 'firing') ?? opened),
    subjects: [...new Set(own.toReversed().flatMap(({ subjects }) => subjects))],
    acknowledged: said?.acknowledged === true ? wordOf(said) : null,
    events: events.sort((a, b) => a.at - b.at),
    messages: own.filter(({ notify }) => notify).map(one => messageOf(one, stored.attempts)),
    orders: orders.map(steps => orderOf(steps, stored.attempts)),
  };
}

/** Pauses are told of by the words of people, which say who and why. */
function isShown(transition: Transition): boolean {
  return !['paused', 'resumed'].includes(changeOf(transition) ?? '');
}

function eventOfTransition(transition: Transition): EpisodeEvent {
  const { at, reason, windowStart, windowSeconds, subjects, notify } = transition;
  const from = windowStart * 1000;
  return {
    kind: changeOf(transition)!,
    at,
    reason,
    by: '',
    window: windowSeconds === 0 ? null : { from, to: from + windowSeconds * 1000 },
    subjects,
    told: notify,
  };
}

const plain = { window: null, subjects: [], told: false };

function eventOfWord({ acknowledged, at, note, by }: Acknowledgement): EpisodeEvent {
  return { ...plain, kind: acknowledged ? 'acknowledged' : 'unacknowledged', at, reason: note, by };
}

/** Pauses and their ends; one that ended by itself did so at its moment. */
function pauseEvents(pauses: readonly Pause[], now: number): readonly EpisodeEvent[] {
  return pauses.flatMap((pause, i) => {
    const { paused, at, until, note, by } = pause;
    if (!paused) return [{ ...plain, kind: 'resumed' as const, at, reason: note, by }];
    const next = pauses[i + 1]?.at ?? now;
    const ended = until !== null && until <= next;
    const event = { ...plain, kind: 'paused' as const, at, reason: note, by };
    return ended ? [event, { ...plain, kind: 'resumed' as const, at: until, reason: '', by: '' }] : [event];
  });
}

function eventOfOrder({ kind, state, reason, at, by }: Order): EpisodeEvent {
  const why = reason === '' ? '' : `: ${reason}`;
  return { ...plain, kind: 'order', at, reason: `${kind} ${state}${why}`, by };
}

function messageOf(transition: Transition, attempts: readonly Delivery[]): EpisodeMessage {
  return {
    id: transition.id,
    kind: changeOf(transition)!,
    at: transition.at,
    summary: summaryOf(transition),
    deliveries: deliveriesOf(transition.id, attempts),
  };
}

function orderOf(steps: readonly Order[], attempts: readonly Delivery[]): EpisodeOrder {
  const { id, kind, target } = steps[0]!;
  return {
    id,
    kind,
    target,
    steps: steps.map(({ state, reason, at }) => ({ state, reason, at })),
    deliveries: deliveriesOf(id, attempts),
  };
}

/** Attempts of a message, by receiver; the outcome of the last is that of all. */
function deliveriesOf(id: string, attempts: readonly Delivery[]): readonly EpisodeDelivery[] {
  const own = attempts.filter(({ message }) => message.startsWith(`${id}_`));
  return [...new Set(own.map(({ endpoint }) => endpoint))].map(endpoint => {
    const made = own.filter(one => one.endpoint === endpoint);
    return {
      endpoint,
      outcome: made.at(-1)!.outcome,
      attempts: made.map(({ attempt, at, outcome, status, detail, durationSeconds, next }) => ({
        attempt,
        at,
        outcome,
        status,
        detail,
        durationSeconds,
        next,
      })),
    };
  });
}
