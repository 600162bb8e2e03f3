import { messageId } from '../act/ids.ts';
import type { DeliveryStore, OrderStore } from '../act/ports.ts';
import type { Delivery } from '../domain/alert.ts';
import type { DeliveryDesk, ReceiverDesk } from '../http/receiver-desk.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';

export interface DeliveryDeskDeps {
  readonly deliveries: DeliveryStore;
  readonly orders: Pick<OrderStore, 'latest'>;
  readonly receivers: Pick<ReceiverDesk, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Attempts, and messages that are to be sent again. The leader sends; this only writes down that it is to. */
export function createDeliveryDesk(deps: DeliveryDeskDeps): DeliveryDesk {
  const { deliveries, clock } = deps;
  return {
    list: ({ outcome, ...query }) =>
      deliveries.list({ ...query, outcome: outcome as Delivery['outcome'] | null }),
    again: async (message, by) => {
      const last = (await lastOf(deliveries, message)) ?? (await unsent(deps, message));
      if (last === null)
        throw new LeewayError(
          'LW_NOT_FOUND',
          `there is no message ${message}`,
          undefined,
          '`leeway deliveries list` lists what was sent. A message is a transition or order and its receiver: tr_..._NAME.',
        );
      await assertOpen(deps, { message, endpoint: last.endpoint });
      const asked: Delivery = {
        message,
        endpoint: last.endpoint,
        attempt: last.attempt + 1,
        at: Math.max(clock.now(), last.at + 1),
        outcome: 'again',
        status: 0,
        detail: `asked for by ${by}`,
        durationSeconds: 0,
        next: 0,
      };
      await deliveries.record(asked);
      return { ...asked, answer: '' };
    },
  };
}

type Last = Pick<Delivery, 'endpoint' | 'attempt' | 'at'>;

async function lastOf(deliveries: DeliveryStore, message: string): Promise<Last | null> {
  return (await deliveries.attempts(message)).filter(each => each.message === message).at(-1) ?? null;
}

/** A message of which there is no attempt: it was written before its receiver was there, or waits for its turn. */
async function unsent({ deliveries, receivers }: DeliveryDeskDeps, message: string): Promise<Last | null> {
  for (const { name } of await receivers.list()) {
    const id = idOf(message, name);
    if (message === messageId(id, name) && (await deliveries.isFor(id, name)))
      return { endpoint: name, attempt: 0, at: 0 };
  }
  return null;
}

/** Id of the transition or order that is told of. */
function idOf(message: string, endpoint: string): string {
  return message.slice(0, -endpoint.length - 1);
}

/** Refuses what would be written down and never sent. */
async function assertOpen(
  deps: DeliveryDeskDeps,
  { message, endpoint }: Pick<Delivery, 'message' | 'endpoint'>,
): Promise<void> {
  const receiver = (await deps.receivers.list()).find(({ name }) => name === endpoint);
  if (receiver === undefined)
    throw new LeewayError('LW_CONFLICT', `there is no receiver ${endpoint} any more`);
  if (receiver.state === 'disabled')
    throw new LeewayError(
      'LW_CONFLICT',
      `${endpoint} has answered 410 and is switched off`,
      undefined,
      `Run \`leeway channels enable ${endpoint}\` first.`,
    );
  const id = idOf(message, endpoint);
  const order = await deps.orders.latest(id);
  if (order === null || order.state === 'requested' || order.state === 'sent') return;
  throw new LeewayError(
    'LW_CONFLICT',
    `order ${id} is ${order.state}: its receiver could not report on it any more`,
    undefined,
    'Order anew instead: see `leeway retrain --help`.',
  );
}
