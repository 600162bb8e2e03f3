import type { OrderStore } from '../act/ports.ts';
import type { Config } from '../config/schema.ts';
import type { AccessDeps, KeyDesk, TrustedProxy } from '../http/access.ts';
import type { Clock } from '../lib/clock.ts';
import { createNetworks } from '../lib/networks.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { CallbackTokens } from './callback-tokens.ts';
import { isSignedDelivery } from './registry.ts';
import { isSignedReport } from './report-signature.ts';
import { orderEndpoints } from './retraining-rules.ts';

/** Who may call the HTTP interface, as the configuration and the keys say. */
export function createAccess(deps: {
  readonly config: Pick<Config, 'listen' | 'access' | 'retraining' | 'mlflow'>;
  readonly keys: KeyDesk;
  readonly clock: Pick<Clock, 'now'>;
  readonly publisher: Pick<Publisher, 'accessRefused' | 'accessUsed' | 'callbackReceived'>;
  readonly tokens: Pick<CallbackTokens, 'judge'>;
  readonly storage: { readonly orders: Pick<OrderStore, 'latest'> };
}): AccessDeps {
  const { config, keys, clock, publisher, tokens, storage } = deps;
  const report = (order: string, outcome: string) =>
    publisher.callbackReceived({ order, model: '', state: '', outcome });
  return {
    keys,
    proxy: proxyOf(config.listen.proxy),
    // By the secrets of whoever the order was sent to: another target has no word on it.
    isSignedReport: async signed => {
      const order = await storage.orders.latest(signed.order);
      const target = orderEndpoints(config).find(({ name }) => name === order?.target);
      const secrets = target?.secrets ?? [];
      const right = isSignedReport(signed, secrets, clock.now());
      if (!right) report(signed.order.slice(0, 128), 'forged');
      return right;
    },
    judgeReportToken: async (order, token) => {
      const verdict = await tokens.judge(order, token);
      if (verdict !== 'valid') report(order.slice(0, 128), verdict);
      return verdict;
    },
    isSignedDelivery: delivery => isSignedDelivery(delivery, config, clock.now()),
    // Read with every request: a reload of the configuration may have changed them.
    get requests() {
      const { requestsPerSecond, burst } = config.access;
      return { perSecond: requestsPerSecond, burst };
    },
    get failures() {
      const { failuresPerMinute } = config.access;
      return { perSecond: failuresPerMinute / 60, burst: Math.max(1, failuresPerMinute) };
    },
    now: () => clock.now(),
    refused: publisher.accessRefused,
    changed: publisher.accessUsed,
  };
}

function proxyOf(proxy: Config['listen']['proxy']): TrustedProxy | null {
  if (proxy === undefined) return null;
  const networks = createNetworks(proxy.addresses);
  return {
    header: proxy.header.toLowerCase(),
    roles: proxy.roles,
    trusts: address => networks?.has(address) === true,
  };
}
