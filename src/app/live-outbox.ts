import type { Channel, Endpoint } from '../act/channel.ts';
import { createChannels } from '../act/channels/index.ts';
import { createOutbox, type Outbox, type OutboxDeps } from '../act/outbox.ts';
import { createTargetGuard } from '../act/target.ts';
import { createTargets } from '../act/targets/index.ts';
import { channelUrl } from '../config/channels.ts';
import type { Config } from '../config/schema.ts';
import { inOrder, type LastOf } from './in-order.ts';
import { orderEndpoints } from './retraining-rules.ts';
import { createSustain, type Listener, type SustainDeps } from './sustain.ts';
import { createRouteWatch, unheardRoutes } from './unheard.ts';

/** Who is told of what, by the configuration. */
export function endpointsOf(config: Pick<Config, 'channels' | 'retraining'>): Endpoint[] {
  return [...alertEndpoints(config), ...orderEndpoints(config)];
}

/** Receivers of alerts. */
export function alertEndpoints({ channels }: Pick<Config, 'channels'>): Endpoint[] {
  return channels.map(channel => ({
    name: channel.name,
    kind: channel.type,
    takes: 'alerts',
    url: channelUrl(channel),
    secrets: channel.type === 'webhook' ? channel.secrets : [],
    settings: { ...channel },
  }));
}

/** A channel or target of every kind there is; a webhook is both. */
function createSenders(allow: readonly string[]): readonly Channel[] {
  const guard = createTargetGuard(allow);
  const channels = createChannels({ guard });
  const targets = createTargets({ guard }).filter(({ kind }) => !channels.some(each => each.kind === kind));
  return [...channels, ...targets];
}

/** Receivers of alerts with the channels that lead to them. */
function listenersOf(config: Pick<Config, 'channels'>, senders: readonly Channel[]): Listener[] {
  return alertEndpoints(config).flatMap(endpoint => {
    const channel = senders.find(each => each.kind === endpoint.kind);
    return channel === undefined ? [] : [{ endpoint, channel }];
  });
}

interface SendDeps {
  /** What every attempt to send goes through. */
  readonly guardSend: (send: Channel['send']) => Channel['send'];
  readonly lastOf?: LastOf;
  /** What is added to the body of an order when it is sent, and stored nowhere. */
  readonly completeOrder?: (body: string) => Promise<string>;
}

function guarded(channel: Channel, { guardSend, lastOf, completeOrder }: SendDeps): Channel {
  const ordered = lastOf === undefined ? channel : inOrder(channel, lastOf);
  return { ...channel, send: guardSend(completed(ordered, completeOrder)) };
}

function completed(
  { send }: Channel,
  complete: ((body: string) => Promise<string>) | undefined,
): Channel['send'] {
  if (complete === undefined) return send;
  return async ({ id, body }, endpoint, now) =>
    send({ id, body: endpoint.takes === 'orders' ? await complete(body) : body }, endpoint, now);
}

/** Sections an outbox is made of. */
const sectionsOfIt = ['channels', 'outbound', 'retraining'] as const;

interface LiveOutboxDeps extends Omit<OutboxDeps, 'endpoints' | 'channels'>, SendDeps {
  readonly config: Pick<Config, 'channels' | 'outbound' | 'retraining'> & Partial<Pick<Config, 'policies'>>;
  /** Where alerts stand, for receivers that keep track of them; absent in a replay, whose clock is not theirs. */
  readonly standing?: Pick<SustainDeps, 'alerts' | 'takenOn'>;
}

/**
 * An outbox whose receivers are those of the configuration at the beginning of each round: it holds nothing itself, so
 * it is made anew when they have changed, after what the old one has under way has come to its end.
 */
export function createLiveOutbox(deps: LiveOutboxDeps): Outbox & { close(): Promise<void> } {
  const { config } = deps;
  const make = () => {
    const { channels, outbound, retraining } = config;
    const senders = createSenders(outbound.allow).map(channel => guarded(channel, deps));
    const receivers = listenersOf(config, senders);
    const sustain = deps.standing && createSustain({ ...deps, ...deps.standing, receivers });
    const outbox = createOutbox({ ...deps, channels: senders, endpoints: endpointsOf(config) });
    /** What is under way is cut off, and sent again by whoever comes after. */
    const close = async () => {
      outbox.end();
      sustain?.end();
      await Promise.all(senders.map(channel => channel.close()));
      await outbox.idle();
    };
    return { channels, outbound, retraining, outbox, sustain, close };
  };
  let made = make();
  const watchRoutes = createRouteWatch(deps.events);
  /** Whom a policy names must be there; the store is asked only where the configuration does not know. */
  const tellUnheard = async () => {
    const { policies = [] } = config;
    const configured = alertEndpoints(config);
    if (unheardRoutes(policies, configured).length === 0) return;
    watchRoutes(policies, [...configured, ...((await deps.stored?.()) ?? [])]);
  };
  /** Apart from the rounds: a receiver that hangs must not hold them up. A round that fails is made up for. */
  let sustaining: Promise<unknown> | null = null;
  const keepTold = () => {
    sustaining ??= (made.sustain?.tick() ?? Promise.resolve())
      .catch(() => undefined)
      .finally(() => {
        sustaining = null;
      });
  };
  let tail: Promise<unknown> = Promise.resolve();
  const round = async (patience: Promise<unknown> | undefined) => {
    if (sectionsOfIt.some(section => made[section] !== config[section])) {
      const old = made;
      made = make();
      await old.outbox.idle();
      await old.close();
    }
    keepTold();
    await tellUnheard().catch(() => undefined);
    return made.outbox.tick(patience);
  };
  return {
    tick: patience => {
      const turn = tail.then(() => round(patience));
      tail = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      await made.close();
      await sustaining;
    },
  };
}
