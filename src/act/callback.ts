import type { Order, OrderState } from '../domain/order.ts';

/** What the receiver of an order reports. */
export interface RetrainingEvent {
  /** Chosen by the receiver; the same report again must carry the same id. */
  readonly event_id: string;
  readonly state: 'accepted' | 'running' | 'succeeded' | 'failed';
  /** Version of the retrained model, as its inferences will name it. */
  readonly version?: string;
  /** Number of a baseline that was uploaded for it, ... */
  readonly baseline?: number;
  /** ... or the period it was trained on, epoch milliseconds. */
  readonly training?: { readonly from: number; readonly to: number };
  readonly metrics?: { readonly accuracy_before?: number; readonly accuracy_after?: number };
  readonly message?: string;
  readonly artifact?: string;
}

/** States in which an order is under way: nothing else is ordered for the model meanwhile. */
export const underWay: readonly OrderState[] = ['requested', 'sent', 'accepted', 'running'];

const rank: Readonly<Partial<Record<OrderState, number>>> = {
  requested: 0,
  sent: 1,
  accepted: 2,
  running: 3,
  succeeded: 4,
  promoted: 5,
};

/**
 * What a report does to an order. `behind`: the order is already there or further (reports may overtake each other).
 * `conflict`: the order has come to another end.
 */
export function followUp(order: Order, event: RetrainingEvent): 'step' | 'behind' | 'conflict' {
  const here = rank[order.state];
  if (event.state === 'failed')
    return order.state === 'failed' ? 'behind' : isUnderWay(order) ? 'step' : 'conflict';
  if (here === undefined) return 'conflict';
  return here >= rank[event.state]! ? 'behind' : 'step';
}

export function isUnderWay(order: Order): boolean {
  return underWay.includes(order.state);
}

/**
 * Why a succeeded order is not promoted by itself but waits for a person; '' when it may be. `held-...` is final for
 * the machine.
 */
export function holdOf(event: RetrainingEvent): string {
  const { accuracy_before: before, accuracy_after: after } = event.metrics ?? {};
  if (before !== undefined && after !== undefined && after < before)
    return `held-performance-worse: accuracy ${after} after retraining, ${before} before`;
  if (event.version === undefined || event.version === '')
    return 'held-no-version: the report names no version';
  if (event.baseline === undefined && event.training === undefined)
    return 'held-no-training-data: the report names neither a baseline nor a training period';
  if (event.training !== undefined && !(event.training.from < event.training.to))
    return 'held-no-training-data: the training period is empty';
  return '';
}
