import type { Channel, Endpoint } from '../act/channel.ts';
import { createChannels } from '../act/channels/index.ts';
import { createOutbox, type Outbox, type OutboxDeps } from '../act/outbox.ts';
import { createTargetGuard } from '../act/target.ts';
import type { Config } from '../config/schema.ts';

/** Name of the receiver of orders in deliveries and metrics. */
const retrainingEndpoint = 'retraining';

/** Who is told of what, by the configuration. */
export function endpointsOf(config: Pick<Config, 'webhooks' | 'retraining'>): Endpoint[] {
  const alerts = config.webhooks.alerts.map(
    ({ name, url, secrets }): Endpoint => ({ name, kind: 'webhook', takes: 'alerts', url, secrets }),
  );
  if (config.retraining === undefined) return alerts;
  const { url, secrets } = config.retraining;
  return [...alerts, { name: retrainingEndpoint, kind: 'webhook', takes: 'orders', url, secrets }];
}

/** The receiver of orders, null where there is none: orders are then dry runs. */
export function orderEndpoint(config: Pick<Config, 'retraining'>): string | null {
  return config.retraining === undefined ? null : retrainingEndpoint;
}

/**
 * An outbox whose receivers are those of the configuration at the beginning of each round: it holds nothing itself, so
 * it is made anew when they have changed. Rounds do not overlap, so nothing is cut off.
 */
export function createLiveOutbox(
  deps: Omit<OutboxDeps, 'endpoints' | 'channels'> & {
    readonly config: Pick<Config, 'webhooks' | 'retraining'>;
    /** What every attempt to send goes through. */
    readonly guardSend: (send: Channel['send']) => Channel['send'];
  },
): Outbox & { close(): Promise<void> } {
  const { config } = deps;
  const make = () => {
    const { webhooks, retraining } = config;
    const channels = createChannels({ guard: createTargetGuard(webhooks.allow) }).map(channel => ({
      ...channel,
      send: deps.guardSend(channel.send),
    }));
    const outbox = createOutbox({ ...deps, channels, endpoints: endpointsOf(config) });
    const close = async () => void (await Promise.all(channels.map(channel => channel.close())));
    return { webhooks, retraining, outbox, close };
  };
  let made = make();
  let tail: Promise<unknown> = Promise.resolve();
  const round = async (wallNow: number) => {
    if (made.webhooks !== config.webhooks || made.retraining !== config.retraining) {
      const old = made;
      made = make();
      await old.close();
    }
    return made.outbox.tick(wallNow);
  };
  return {
    tick: wallNow => {
      const turn = tail.then(() => round(wallNow));
      tail = turn.catch(() => undefined);
      return turn;
    },
    close: async () => made.close(),
  };
}
