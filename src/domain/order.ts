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

/** An order to retrain: a fact, appended to by later states of the same id. */
export interface Order {
  /** Derived from the transition that asked for it. */
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: 'retrain' | 'rebuild';
  readonly state: OrderState;
  /** Why it is in this state: a named refusal, a receiver's message. */
  readonly reason: string;
  /** Run's clock, epoch milliseconds. */
  readonly at: number;
  /** Counts the states of an order from 1: with the id, its key. */
  readonly step: number;
  readonly transition: string;
  /** Body of the signed webhook, exactly as sent on every attempt. */
  readonly body: string;
  /** What the receiver returned: version, baseline number, free detail; JSON. */
  readonly result: string;
}
