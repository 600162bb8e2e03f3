import type { Delivery, Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import type { AlertKey } from './ids.ts';

/** One stream of windows. */
export interface StreamKey {
  readonly model: string;
  readonly environment: string;
}

/** What was judged of a stream and may not have been decided on yet. */
export interface FindingsQuery extends StreamKey {
  /** Windows that ended at or after this, epoch seconds. */
  readonly windowEnd: number;
  /**
   * Leave out what lies a week (the longest window) before the first verdict `drift` or `blind`: it changes nothing for
   * an alert that is not open.
   */
  readonly skipQuiet: boolean;
}

/** Alert facts, and the findings they are decided on. */
export interface AlertStore {
  /** Stores a transition; the same id again is the same row. */
  append(transition: Transition): Promise<void>;
  /** The last transition of an alert. */
  last(alert: AlertKey): Promise<Transition | null>;
  /** Every stream that has findings or transitions. */
  streams(): Promise<readonly StreamKey[]>;
  /** Judged windows in order of end, then length. */
  findingsSince(query: FindingsQuery): Promise<readonly JudgedWindow[]>;
  /** When baselines were activated after the first one, epoch milliseconds, ascending. */
  promotions(model: string): Promise<readonly number[]>;
}

/** A message that has not come to an end yet. */
export interface PendingMessage {
  /** Id of the transition or order. */
  readonly id: string;
  readonly body: string;
  /** Attempts so far. */
  readonly attempts: number;
  /** When the next one is due, wall clock, epoch milliseconds; 0 = at once. */
  readonly next: number;
}

/** Which messages are wanted. */
export interface PendingQuery {
  readonly endpoint: string;
  /** `alerts`: transitions that notify; `orders`: orders in state `requested`. */
  readonly takes: 'alerts' | 'orders';
  /** Written at or after this, wall clock, epoch milliseconds. */
  readonly since: number;
  readonly limit: number;
}

/** Whether an endpoint takes messages, and since when. */
export interface EndpointState {
  readonly state: 'active' | 'disabled';
  /** Hash of its address: a new address starts afresh. */
  readonly detail: string;
  readonly at: number;
}

/** Delivery attempts, and what is still to be delivered. */
export interface DeliveryStore {
  record(delivery: Delivery): Promise<void>;
  /** Due or waiting messages, oldest first. */
  pending(query: PendingQuery): Promise<readonly PendingMessage[]>;
  /** Outcome of the last attempt of a message, null when there was none. */
  outcome(message: string, endpoint: string): Promise<Pick<Delivery, 'outcome' | 'status' | 'detail'> | null>;
  endpointState(name: string, kind: string): Promise<EndpointState | null>;
  setEndpointState(name: string, kind: string, state: EndpointState): Promise<void>;
}

/** Orders: appended steps, the last one is the state. */
export interface OrderStore {
  append(order: Order): Promise<void>;
  latest(id: string): Promise<Order | null>;
  /** Orders whose last step is in one of these states. */
  inStates(states: readonly string[]): Promise<readonly Order[]>;
  /** When an order of the model was last cleared for sending, run's clock; null = never. */
  lastRequested(model: string): Promise<number | null>;
}

/** What a receiver reported, as it came. */
export interface StoredCallback {
  readonly orderId: string;
  readonly eventId: string;
  readonly state: string;
  readonly at: number;
  readonly body: string;
}

/** Reports about orders. */
export interface CallbackStore {
  append(callback: StoredCallback): Promise<void>;
  find(orderId: string, eventId: string): Promise<StoredCallback | null>;
}

/** Which models may really be retrained. */
export interface ArmingStore {
  set(model: string, armed: boolean, by: string, at: number): Promise<void>;
  isArmed(model: string): Promise<boolean>;
}

/** Makes the returned model's baseline the active one. Called again with the same `by` it must not make another. */
export interface Promoter {
  /** Number of the activated baseline. */
  promote(promotion: Promotion): Promise<number>;
}

export interface Promotion {
  readonly model: string;
  /** Where the order came from: whose rows a baseline is cut from. */
  readonly environment: string;
  readonly version: string;
  /** An existing baseline, ... */
  readonly baseline?: number;
  /** ... or the period the model was trained on, epoch milliseconds. */
  readonly training?: { readonly from: number; readonly to: number };
  readonly by: string;
  /** Active from here on, run's clock, epoch milliseconds. */
  readonly from: number;
}
