import type { Order } from '../domain/order.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { RetrainingEvent } from './callback.ts';
import type { Promoter } from './ports.ts';

/**
 * Next step of a succeeded order: promoted, or held for a person when the promoter refuses for good (bad training
 * data); null when it failed in a way that may pass. Active from the moment of success, so that a promotion tried
 * twice is the same one.
 */
export async function promoteOrder(
  order: Order,
  promoter: Promoter,
  events: Pick<Events, 'problemOccurred'>,
): Promise<Pick<Order, 'state' | 'reason' | 'result'> | null> {
  const event = JSON.parse(order.result) as RetrainingEvent;
  try {
    const baseline = await promoter.promote({
      model: order.model,
      environment: order.environment,
      version: event.version ?? '',
      ...(event.baseline === undefined ? {} : { baseline: event.baseline }),
      ...(event.training === undefined ? {} : { training: event.training }),
      by: `order ${order.id}`,
      from: order.at,
    });
    const result = JSON.stringify({ ...event, baseline });
    return { state: 'promoted', reason: `baseline ${baseline} is active`, result };
  } catch (error) {
    const message = (error as Error).message;
    const held = error instanceof LeewayError && error.status < 500;
    const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
    events.problemOccurred({ code, message: `promotion of order ${order.id} (${order.model}): ${message}` });
    return held
      ? { state: 'succeeded', reason: `held-not-promotable: ${message}`, result: order.result }
      : null;
  }
}
