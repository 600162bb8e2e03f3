import { type Order, orderKinds, orderStates, orderTriggers } from '../../domain/order.ts';
import { orderHoldOf } from '../../domain/refusal.ts';
import { type Group, other } from '../group.ts';
import { counter } from '../metric.ts';

const outcomes = [
  'taken',
  'duplicate',
  'out-of-order',
  'late',
  'ended',
  'not-sent',
  'event-id-reused',
  'unknown-order',
  'forged',
  'expired',
];

/** Orders and the reports on them. */
export const createRetrainingGroup: Group = ({ registry }) => {
  const orders = counter(
    registry,
    'leeway_orders_total',
    'Orders to train by the state they came to, and the named reason where there is one.',
    ['kind', 'state', 'reason'],
  );
  const requested = counter(
    registry,
    'leeway_orders_requested_total',
    'Orders cleared for sending, by what asked for them.',
    ['kind', 'trigger'],
  );
  const callbacks = counter(
    registry,
    'leeway_callbacks_total',
    'Reports on orders, by what became of them (docs/retraining.md).',
    ['outcome'],
  );
  for (const kind of orderKinds) {
    for (const state of orderStates) orders.inc({ kind, state, reason: '' }, 0);
    for (const trigger of orderTriggers) requested.inc({ kind, trigger }, 0);
  }
  for (const outcome of outcomes) callbacks.inc({ outcome }, 0);
  return {
    orderChanged: order => {
      const { kind, state, trigger } = order;
      orders.inc({ kind, state, reason: reasonOf(order) });
      if (state === 'requested') requested.inc({ kind, trigger });
    },
    callbackReceived: ({ outcome }) =>
      callbacks.inc({ outcome: outcomes.includes(outcome) ? outcome : other }),
  };
};

/** The name a reason begins with, of those that Leeway gives itself: a receiver's words are no label. */
function reasonOf({ state, reason }: Order): string {
  if (state === 'refused' || state === 'dry-run') return orderHoldOf(reason) ?? other;
  if (state === 'succeeded') return /^(gate-)?held-[a-z-]+/.exec(reason)?.[0] ?? '';
  if (state === 'failed') return reason.startsWith('not-delivered:') ? 'not-delivered' : '';
  return state === 'cancelled' && reason.startsWith('stopped:') ? 'stopped' : '';
}
