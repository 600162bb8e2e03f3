import { createHash } from 'node:crypto';
import type { Delivery } from '../domain/alert.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Answer, Channel, Endpoint } from './channel.ts';
import { messageId } from './ids.ts';
import type { DeliveryStore, PendingMessage } from './ports.ts';
import { nextDelay, outcomeOf } from './schedule.ts';
import { createSerial } from './serial.ts';

export interface OutboxDeps {
  readonly deliveries: DeliveryStore;
  readonly endpoints: readonly Endpoint[];
  readonly channels: readonly Channel[];
  /** Wall clock. */
  readonly clock: Pick<Clock, 'now'>;
  readonly random: () => number;
  readonly events: Pick<Events, 'deliveryAttempted' | 'problemOccurred'>;
  /** Named points at which kill tests end the process. */
  readonly failpoint?: (name: string) => void;
}

/** Sends what is stored and not yet delivered. At least once: a crash after sending sends the same id again. */
export interface Outbox {
  /** One round over all endpoints; `wallNow` in epoch milliseconds. Returns the attempts made. */
  tick(wallNow: number): Promise<number>;
}

/** Nothing is sent that is older: the retry schedule is over by then. Milliseconds. */
export const messageLife = 5 * 86_400_000;

/** Most messages of one endpoint in one round. */
const batch = 100;

/**
 * The outbox holds nothing itself: every round reads from the store what is due, so a restart loses nothing.
 * Throws LeewayError when an endpoint cannot be used as it is configured.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const serial = createSerial();
  const parts = deps.endpoints.map(endpoint => {
    const channel = deps.channels.find(each => each.kind === endpoint.kind);
    if (channel === undefined)
      throw new LeewayError('LW_CONFIG_INVALID', `endpoint ${endpoint.name}: no channel "${endpoint.kind}"`);
    channel.check(endpoint);
    return { endpoint, channel };
  });
  const round = async (wallNow: number) => {
    const counts = await Promise.all(
      parts.map(async ({ endpoint, channel }) => {
        try {
          return await serve(deps, endpoint, channel, wallNow);
        } catch (error) {
          const message = `outbox of ${endpoint.name}: ${(error as Error).message}`;
          const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
          deps.events.problemOccurred({ code, message });
          return 0;
        }
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return { tick: wallNow => serial(() => round(wallNow)) };
}

async function serve(
  deps: OutboxDeps,
  endpoint: Endpoint,
  channel: Channel,
  wallNow: number,
): Promise<number> {
  const since = await activeSince(deps, endpoint, wallNow);
  if (since === null) return 0;
  const pending = await deps.deliveries.pending({
    endpoint: endpoint.name,
    takes: endpoint.takes,
    since: Math.max(since, wallNow - messageLife),
    limit: batch,
  });
  let attempts = 0;
  for (const message of pending.filter(each => each.next <= wallNow)) {
    const outcome = await attempt(deps, endpoint, channel, message);
    attempts++;
    // A receiver that is in trouble is left alone until the next round.
    if (outcome === 'retry' || outcome === 'disabled') break;
  }
  return attempts;
}

/** Since when the endpoint takes messages; null when it has said 410 Gone and its address is still the same. */
async function activeSince(deps: OutboxDeps, endpoint: Endpoint, wallNow: number): Promise<number | null> {
  const detail = addressHash(endpoint);
  const known = await deps.deliveries.endpointState(endpoint.name, endpoint.takes);
  if (known?.detail === detail) return known.state === 'active' ? known.at : null;
  // A receiver that is new is not told the past, but what was written while this process came up.
  const at = known === null ? wallNow - 60_000 : wallNow;
  await deps.deliveries.setEndpointState(endpoint.name, endpoint.takes, { state: 'active', detail, at });
  return at;
}

async function attempt(
  deps: OutboxDeps,
  endpoint: Endpoint,
  channel: Channel,
  pending: PendingMessage,
): Promise<Delivery['outcome']> {
  const started = deps.clock.now();
  const message = messageId(pending.id, endpoint.name);
  const answer = await channel.send({ id: message, body: pending.body }, endpoint, started);
  deps.failpoint?.('delivery-sent');
  const at = deps.clock.now();
  const number = pending.attempts + 1;
  const delivery: Delivery = {
    message,
    endpoint: endpoint.name,
    attempt: number,
    at,
    durationSeconds: Math.max(0, at - started) / 1000,
    status: answer.status,
    ...conclude(answer, number, at, deps.random),
  };
  await deps.deliveries.record(delivery);
  if (delivery.outcome === 'disabled')
    await deps.deliveries.setEndpointState(endpoint.name, endpoint.takes, {
      state: 'disabled',
      detail: addressHash(endpoint),
      at,
    });
  deps.events.deliveryAttempted(delivery);
  return delivery.outcome;
}

function conclude(
  answer: Answer,
  attempts: number,
  at: number,
  random: () => number,
): Pick<Delivery, 'outcome' | 'detail' | 'next'> {
  const outcome = outcomeOf(answer.status);
  if (outcome !== 'retry') return { outcome, detail: answer.detail, next: 0 };
  const delay = nextDelay(attempts, answer.retryAfter, random);
  if (delay === null)
    return {
      outcome: 'failed',
      detail: `given up after ${attempts} attempts. ${answer.detail}`.trim(),
      next: 0,
    };
  return { outcome: 'retry', detail: answer.detail, next: at + delay };
}

/** Tells addresses apart without keeping them. */
function addressHash(endpoint: Endpoint): string {
  return createHash('sha256').update(endpoint.url).digest('hex').slice(0, 16);
}
