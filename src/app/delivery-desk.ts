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
      const last = (await deliveries.attempts(message)).at(-1);
      if (last === undefined || last.message !== message)
        throw new LeewayError(
          'LW_NOT_FOUND',
          `no message ${message} was ever sent`,
          undefined,
          '`leeway deliveries list` lists what was sent; what was not is sent by itself.',
        );
      await assertOpen(deps, last);
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

/** Refuses what would be written down and never sent. */
async function assertOpen(deps: DeliveryDeskDeps, { message, endpoint }: Delivery): Promise<void> {
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
  const id = message.slice(0, -endpoint.length - 1);
  const order = await deps.orders.latest(id);
  if (order === null || order.state === 'requested' || order.state === 'sent') return;
  throw new LeewayError(
    'LW_CONFLICT',
    `order ${id} is ${order.state}: its receiver could not report on it any more`,
    undefined,
    'Order anew instead: see `leeway retrain --help`.',
  );
}
