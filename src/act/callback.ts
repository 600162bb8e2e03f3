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
 * What became of a report: a closed list. The first three are answered 200, the next four 409 (they change nothing), then
 * 404; `forged` and `expired` say of a report's token or signature that it was not taken, 401.
 */
export const callbackOutcomes = [
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
] as const;
export type CallbackOutcome = (typeof callbackOutcomes)[number];

/**
 * What a report does to an order. `out-of-order`: the order is already there or further (reports may overtake each
 * other). `late`: it was not waited for any longer. `ended`: it has come to another end. `not-sent`: nobody was asked.
 */
export function followUp(
  order: Order,
  event: Pick<RetrainingEvent, 'state'>,
): Extract<CallbackOutcome, 'taken' | 'out-of-order' | 'late' | 'ended' | 'not-sent'> {
  const here = rank[order.state];
  if (order.state === 'refused' || order.state === 'dry-run') return 'not-sent';
  if (event.state === order.state) return 'out-of-order';
  if (order.state === 'timed-out') return 'late';
  if (here === undefined) return 'ended';
  if (event.state === 'failed') return isUnderWay(order) ? 'taken' : 'ended';
  return here >= rank[event.state]! ? 'out-of-order' : 'taken';
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
  // With the rows it was measured on, the gate says whether it is worse by more than chance.
  const judged = ['rows', 'held_out_rows', 'comparison'].some(name => name in (event.metrics ?? {}));
  if (!judged && before !== undefined && after !== undefined && after < before)
    return `held-performance-worse: accuracy ${after} after retraining, ${before} before`;
  if (event.version === undefined || event.version === '')
    return 'held-no-version: the report names no version';
  if (event.training !== undefined && !(event.training.from < event.training.to))
    return 'held-no-training-data: the training period is empty';
  return '';
}
