import type { Channel, Endpoint } from '../act/channel.ts';
import { messageId } from '../act/ids.ts';
import { outcomeOf } from '../act/schedule.ts';
import type { Transition } from '../domain/alert.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';

type AlertName = Pick<Transition, 'policy' | 'model' | 'environment'>;

/** Where alerts stand, read from what is stored. */
export interface StandingAlerts {
  /** The last transition of every alert. */
  latest(model: string | null): Promise<readonly Transition[]>;
  /** Transitions of the newest episodes of an alert, the first one first. */
  transitions(of: {
    readonly alert: AlertName;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<readonly Transition[]>;
}

/** Which episodes somebody has taken on: the last word on each alert. */
export interface TakenOn {
  latest(): Promise<readonly (AlertName & { readonly episode: number; readonly acknowledged: boolean })[]>;
}

/** Who is told, and how. */
export interface Listener {
  readonly endpoint: Endpoint;
  readonly channel: Channel;
}

export interface SustainDeps {
  readonly alerts: StandingAlerts;
  readonly takenOn: TakenOn;
  readonly receivers: readonly Listener[];
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Pick<Events, 'problemOccurred'>;
}

/** Tells receivers that keep track of alerts (Alertmanager, PagerDuty) how things stand, besides what is delivered. */
export interface Sustain {
  /** Tells whoever is due; resolves with the messages sent. */
  tick(): Promise<number>;
  /** The connections are about to be closed: what fails from now on is not worth telling. */
  end(): void;
}

/** How often they are told, milliseconds, where the channel does not say. */
const usually = 60_000;

/** How things stood when a round began. */
interface Standing {
  readonly transitions: readonly Transition[];
  readonly takenOn: Awaited<ReturnType<TakenOn['latest']>>;
}

/**
 * What is told is read from the store each time, so a process that was restarted goes on where the one before left off,
 * and a receiver that lost its memory has it back within a round. It is no delivery: nothing is recorded, and a round
 * that fails is made up for by the next.
 */
export function createSustain(deps: SustainDeps): Sustain {
  const { clock } = deps;
  const receivers = deps.receivers.filter(
    ({ channel }) => channel.sustained !== undefined || channel.keepsOpen === true,
  );
  const last = new Map<string, number>();
  /** Episodes that a receiver was told somebody has taken on. */
  const told = new Set<string>();
  let ended = false;
  const failing = createFailing({
    problemOccurred: e => (ended ? undefined : deps.events.problemOccurred(e)),
  });
  const isDue = ({ endpoint, channel }: Listener) => {
    const rested = clock.now() - (last.get(endpoint.name) ?? Number.NEGATIVE_INFINITY);
    // Below 0 the clock was set back.
    return rested < 0 || rested >= (channel.sustained?.every ?? usually);
  };
  const tell = async (receiver: Listener, standing: Standing) => {
    const { endpoint, channel } = receiver;
    let sent = 0;
    for (const { key, id, body } of messagesOf(receiver, standing, clock.now())) {
      if (key !== null && told.has(key)) continue;
      const answer = await channel.send({ id: messageId(id, endpoint.name), body }, endpoint, clock.now());
      // One that is in trouble is left alone until the next round.
      if (outcomeOf(answer.status) !== 'done') return failing.note(endpoint.name, answer, sent);
      if (key !== null) told.add(key);
      sent++;
    }
    return failing.note(endpoint.name, null, sent);
  };
  return {
    tick: async () => {
      const due = receivers.filter(isDue);
      if (due.length === 0) return 0;
      for (const { endpoint } of due) last.set(endpoint.name, clock.now());
      const after = Math.max(...due.map(({ channel }) => channel.sustained?.after ?? 0));
      const [transitions, takenOn] = await Promise.all([
        readStanding(deps.alerts, clock.now() - after),
        deps.takenOn.latest(),
      ]);
      const counts = await Promise.all(due.map(receiver => tell(receiver, { transitions, takenOn })));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    end: () => {
      ended = true;
    },
  };
}

/** The newest word on each alert that fires, or was resolved since, of episodes that somebody was told of. */
async function readStanding(alerts: StandingAlerts, since: number): Promise<readonly Transition[]> {
  const standing: Transition[] = [];
  for (const transition of await alerts.latest(null)) {
    if (!isFiring(transition) && (transition.to !== 'ok' || transition.at < since || !transition.notify))
      continue;
    const episode = await alerts.transitions({ alert: transition, before: null, limit: 1 });
    if (!episode.some(each => each.notify && each.to === 'firing')) continue;
    // What a pause says of itself is that it is over.
    const { body } = transition.to === 'paused' ? episode.findLast(({ to }) => to === 'firing')! : transition;
    standing.push({ ...transition, body });
  }
  return standing;
}

/** Whether an alert fires; a pause in which nothing is told ends nothing. */
function isFiring({ from, to }: Pick<Transition, 'from' | 'to'>): boolean {
  return to === 'firing' || (to === 'paused' && from === 'firing');
}

interface Told {
  /** Names what is told once; null: told every time. */
  readonly key: string | null;
  readonly id: string;
  readonly body: string;
}

function messagesOf({ endpoint, channel }: Listener, standing: Standing, now: number): readonly Told[] {
  const { sustained } = channel;
  return standing.transitions
    .filter(({ routes }) => routes.length === 0 || routes.includes(endpoint.name))
    .flatMap((transition): Told[] => {
      const { id, at, body } = transition;
      const fires = isFiring(transition);
      if (sustained !== undefined) {
        if (fires) return [{ key: null, id, body: asOf(body, 'alert.firing', now) }];
        return at >= now - sustained.after ? [{ key: null, id, body }] : [];
      }
      const { model, environment, policy, episode } = transition;
      if (!fires || !isTakenOn(transition, standing)) return [];
      const key = JSON.stringify([endpoint.name, model, environment, policy, episode]);
      return [{ key, id, body: asOf(body, 'alert.acknowledged', now) }];
    });
}

function isTakenOn(alert: Transition, { takenOn }: Standing): boolean {
  return takenOn.some(
    each =>
      each.acknowledged &&
      each.episode === alert.episode &&
      each.policy === alert.policy &&
      each.model === alert.model &&
      each.environment === alert.environment,
  );
}

/** The same message as of now: what fires holds from then on. */
function asOf(body: string, type: string, now: number): string {
  return JSON.stringify({ ...JSON.parse(body), type, timestamp: new Date(now).toISOString() });
}

/** Says once that a receiver cannot be told, not every minute. */
function createFailing(events: SustainDeps['events']) {
  const names = new Set<string>();
  return {
    note: (
      name: string,
      answer: { readonly status: number; readonly detail: string } | null,
      sent: number,
    ) => {
      if (answer === null) names.delete(name);
      else if (!names.has(name)) {
        names.add(name);
        const why = `${answer.status} ${answer.detail}`.trim();
        const message = `${name} cannot be told how alerts stand: ${why}`;
        events.problemOccurred({ code: 'LW_SUSTAIN_FAILED', message });
      }
      return sent;
    },
  };
}
