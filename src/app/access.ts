import type { Config } from '../config/schema.ts';
import type { AccessDeps, KeyDesk, TrustedProxy } from '../http/access.ts';
import type { Clock } from '../lib/clock.ts';
import { createNetworks } from '../lib/networks.ts';
import type { Publisher } from '../publish/publisher.ts';
import { isSignedReport } from './report-signature.ts';

/** Who may call the HTTP interface, as the configuration and the keys say. */
export function createAccess(deps: {
  readonly config: Pick<Config, 'listen' | 'access' | 'retraining'>;
  readonly keys: KeyDesk;
  readonly clock: Pick<Clock, 'now'>;
  readonly publisher: Pick<Publisher, 'accessRefused' | 'accessUsed'>;
}): AccessDeps {
  const { config, keys, clock, publisher } = deps;
  return {
    keys,
    proxy: proxyOf(config.listen.proxy),
    isSignedReport: report => isSignedReport(report, config.retraining?.secrets ?? [], clock.now()),
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
