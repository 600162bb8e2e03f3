export const orderStates = [
  'requested',
  'refused',
  'dry-run',
  'sent',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'promoted',
  'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];

/**
 * `retrain`: the same pipeline on newer data. `rebuild`: the pipeline itself is out of date, because fields appeared,
 * vanished or changed their meaning, or because retraining did not help.
 */
export const orderKinds = ['retrain', 'rebuild'] as const;
export type OrderKind = (typeof orderKinds)[number];

/** What asked for an order. All go through the same guard rails. */
export const orderTriggers = ['policy', 'schedule', 'manual', 'alertmanager', 'after-retrain'] as const;
export type OrderTrigger = (typeof orderTriggers)[number];

/** An order to train: a fact, appended to by later states of the same id. */
export interface Order {
  /** Derived from what asked for it: the same after every restart. */
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: OrderKind;
  readonly state: OrderState;
  /** Why it is in this state: a named refusal, a receiver's message. */
  readonly reason: string;
  /** Run's clock, epoch milliseconds. */
  readonly at: number;
  /** Counts the states of an order from 1: with the id, its key. */
  readonly step: number;
  /** The transition that asked for it; '' when none did. */
  readonly transition: string;
  /** Name of the target it is sent to; '' when nobody takes orders of its kind. */
  readonly target: string;
  readonly trigger: OrderTrigger;
  /** Who: a policy, a schedule, a person, a rule's name. */
  readonly by: string;
  /** Body of the signed webhook, exactly as sent on every attempt. */
  readonly body: string;
  /** What the receiver returned: version, baseline number, free detail; JSON. */
  readonly result: string;
}
