import { parseEvent } from '../act/mlflow/event.ts';
import type { RegistryBaselines, RegistryStore } from '../act/mlflow/ports.ts';
import { createRefresher } from '../act/mlflow/refresh.ts';
import { createRegistry } from '../act/mlflow/registry.ts';
import { judgeSignature } from '../act/mlflow/signature.ts';
import { createTargetGuard } from '../act/target.ts';
import type { Config } from '../config/schema.ts';
import type { RegistryDelivery, RegistryDoor } from '../http/registry-door.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { fenced, type Prove } from './fence.ts';

/** MLflow waits 30 s for the answer to a webhook. */
const timeoutMilliseconds = 12_000;

/** Baselines that follow the model registry of the configuration, as it is when an event comes. */
export function createRegistryDoor(deps: {
  readonly config: Pick<Config, 'mlflow' | 'outbound' | 'http'>;
  readonly baselines: RegistryBaselines;
  readonly store: RegistryStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Pick<Events, 'problemOccurred'>;
  /** Two processes would number baselines alike: what follows from an event is the leader's. MLflow sends it again. */
  readonly prove: Prove;
}): RegistryDoor {
  const { config } = deps;
  const configured = () => {
    if (config.mlflow !== undefined) return config.mlflow;
    throw new LeewayError('LW_NOT_FOUND', 'no model registry is configured');
  };
  const refresher = createRefresher({
    ...deps,
    rules: configured,
    open: () =>
      createRegistry(configured(), { guard: createTargetGuard(config.outbound.allow), timeoutMilliseconds }),
    mostBytes: config.http.limits.uploadBytes,
  });
  return {
    configured: () => config.mlflow !== undefined,
    recent: refresher.recent,
    handle: fenced(deps.prove, async (delivery, body) => {
      const event = parseEvent(body);
      if (event === null)
        throw new LeewayError('LW_BODY_INVALID', "The body is no event of MLflow's model registry.");
      return refresher.handle(delivery, event);
    }),
  };
}

/** Whether a delivery is signed by the configured secret, and not longer than five minutes ago. */
export function isSignedDelivery(
  delivery: RegistryDelivery,
  { mlflow }: Pick<Config, 'mlflow'>,
  now: number,
): boolean {
  return mlflow !== undefined && judgeSignature(delivery, mlflow.webhookSecret.reveal(), now) === null;
}
