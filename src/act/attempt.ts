import type { Delivery } from '../domain/alert.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { Answer, Channel, Endpoint } from './channel.ts';
import { messageId } from './ids.ts';
import type { DeliveryStore, PendingMessage } from './ports.ts';
import { nextDelay, outcomeOf } from './schedule.ts';

export interface AttemptDeps {
  readonly deliveries: Pick<DeliveryStore, 'record'>;
  /** Wall clock. */
  readonly clock: Pick<Clock, 'now'>;
  readonly random: () => number;
  readonly events: Pick<Events, 'deliveryAttempted'>;
  /** Named points at which kill tests end the process. */
  readonly failpoint?: (name: string) => void;
  /** Whether the connections are being closed: an attempt cut off by that is none. */
  readonly ending?: () => boolean;
}

/** Sends a message once and records what came of it. Null: it was cut off by the stop, and is due still. */
export async function attempt(
  deps: AttemptDeps,
  { endpoint, channel }: { readonly endpoint: Endpoint; readonly channel: Channel },
  pending: PendingMessage,
): Promise<Delivery['outcome']> {
  const started = deps.clock.now();
  const message = messageId(pending.id, endpoint.name);
  const answer = await channel.send({ id: message, body: pending.body }, endpoint, started);
  deps.failpoint?.('delivery-sent');
  if (answer.status === 0 && deps.ending?.() === true) return 'retry';
  const at = deps.clock.now();
  const outcome = conclude(answer, pending.tries + 1, at, deps.random);
  const delivery: Delivery = {
    message,
    endpoint: endpoint.name,
    attempt: pending.attempts + 1,
    at,
    durationSeconds: Math.max(0, at - started) / 1000,
    status: answer.status,
    ...outcome,
    ...(outcome.outcome === 'done' ? channel.accepted?.(answer) : {}),
  };
  await deps.deliveries.record(delivery, answer.body ?? '');
  deps.failpoint?.('attempt-recorded');
  deps.events.deliveryAttempted(delivery);
  return delivery.outcome;
}

function conclude(
  answer: Answer,
  tries: number,
  at: number,
  random: () => number,
): Pick<Delivery, 'outcome' | 'detail' | 'next'> {
  const outcome = outcomeOf(answer.status);
  if (outcome !== 'retry') return { outcome, detail: answer.detail, next: 0 };
  const delay = nextDelay(tries, answer.retryAfter, random);
  if (delay !== null) return { outcome: 'retry', detail: answer.detail, next: at + delay };
  const detail = `given up after ${tries} attempts. ${answer.detail}`.trim();
  return { outcome: 'failed', detail, next: 0 };
}
