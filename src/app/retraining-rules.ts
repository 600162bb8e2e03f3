import type { Endpoint } from '../act/channel.ts';
import type { Rails } from '../act/guards.ts';
import { noTarget, shortTarget, targetNames } from '../config/retraining.ts';
import type { Config } from '../config/schema.ts';
import type { OrderKind } from '../domain/order.ts';

const hour = 3_600_000;

/** Everybody who takes orders. */
export function orderEndpoints({ retraining }: Pick<Config, 'retraining'>): Endpoint[] {
  if (retraining === undefined) return [];
  const { url, secrets = [] } = retraining;
  const short: Endpoint[] =
    url === undefined
      ? []
      : [{ name: shortTarget, kind: 'webhook', takes: 'orders', url, secrets, settings: {} }];
  const named = Object.entries<TargetConfig>(retraining.targets).map(
    ([name, target]): Endpoint => ({
      name,
      kind: target.type,
      takes: 'orders',
      url: target.url,
      secrets: target.secrets ?? [],
      settings: { ...target },
    }),
  );
  return [...short, ...named];
}

/** What every target has, whatever else its own schema asks for. */
interface TargetConfig {
  readonly type: string;
  readonly url: string;
  readonly secrets?: Endpoint['secrets'];
}

/** Who takes orders of a kind; null: nobody, so that they are dry runs. */
export function targetFor({ retraining }: Pick<Config, 'retraining'>, kind: OrderKind): string | null {
  if (retraining === undefined) return null;
  const named = retraining[kind].target;
  if (named !== undefined) return named === noTarget ? null : named;
  const names = targetNames(retraining);
  if (retraining.url !== undefined) return shortTarget;
  return names.length === 1 ? names[0]! : null;
}

/** Guard rails of a kind; those of an empty section where there is none. */
export function railsOf({ retraining }: Pick<Config, 'retraining'>, kind: OrderKind): Rails {
  const own = retraining?.[kind];
  return {
    cooldown: (own?.cooldownHours ?? retraining?.cooldownHours ?? 24) * hour,
    perDay: own?.perDay ?? 2,
    per30Days: own?.per30Days ?? 10,
    leastRows: own?.leastRows ?? retraining?.leastRows ?? 1000,
    leastLabels: own?.leastLabels ?? 0,
    windows: own?.windows ?? (kind === 'rebuild' ? 3 : 1),
    timeout: (own?.timeoutHours ?? retraining?.timeoutHours ?? 24) * hour,
  };
}
