import type { Delivery, Transition } from '../domain/alert.ts';
import type { JudgedWindow, Verdict } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import type { GateVerdict } from './gate.ts';
import type { AlertKey } from './ids.ts';

/** One stream of windows. */
export interface StreamKey {
  readonly model: string;
  readonly environment: string;
}

/** What was judged of a stream. */
export interface FindingsQuery extends StreamKey {
  /** Windows that ended at or after this, epoch seconds, ... */
  readonly windowEnd: number;
  /** ... and before this, if it is given. */
  readonly until?: number;
}

/** What was judged of a stream and may not have been decided on yet. */
export interface SpanQuery extends StreamKey {
  /** Windows that ended at or after this, epoch seconds. */
  readonly windowEnd: number;
  /**
   * Leave out what lies a week (the longest window) before the first of these verdicts: it changes nothing for an alert
   * that is not open. Null: leave out nothing.
   */
  readonly loud: readonly Verdict[] | null;
}

/** How much there is to read. */
export interface FindingsSpan {
  /** Ends of the first and the last window, epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly findings: number;
}

/** What an alert knew some time after a transition. */
export interface AlertMemory extends AlertKey {
  /** Of the transition. */
  readonly step: number;
  /** JSON. */
  readonly memory: string;
}

/** Alert facts, and the findings they are decided on. */
export interface AlertStore {
  /** Stores a transition; the same id again is the same row. */
  append(transition: Transition): Promise<void>;
  /** The last transition of an alert. */
  last(alert: AlertKey): Promise<Transition | null>;
  /** The last transition of every alert of a stream. */
  lastOfAll(stream: StreamKey): Promise<readonly Transition[]>;
  /** Every stream that has findings or transitions. */
  streams(): Promise<readonly StreamKey[]>;
  /** Judged windows in order of end, then length. */
  findingsSince(query: FindingsQuery): Promise<readonly JudgedWindow[]>;
  /** Null when there is nothing. */
  findingsSpan(query: SpanQuery): Promise<FindingsSpan | null>;
  /** Stores what alerts know, in place of what they knew before. */
  remember(memories: readonly AlertMemory[]): Promise<void>;
  /** What was stored of the alerts of a stream. */
  remembered(stream: StreamKey): Promise<readonly AlertMemory[]>;
  /** When baselines were activated after the first one, epoch milliseconds, ascending. */
  promotions(model: string): Promise<readonly number[]>;
}

/** A message that is due, as it was read back from the store. */
export interface PendingMessage {
  /** Id of the transition or order. */
  readonly id: string;
  readonly body: string;
  /** Records of it so far: the number of the last one. */
  readonly attempts: number;
  /** Attempts since it was written, or since a person asked for it again: its place in the schedule. */
  readonly tries: number;
}

/** Which messages are wanted. */
export interface PendingQuery {
  readonly endpoint: string;
  /** `alerts`: transitions that notify; `orders`: orders in state `requested`. */
  readonly takes: 'alerts' | 'orders';
  /** Written at or after this, wall clock, epoch milliseconds. */
  readonly since: number;
  /** Due at this moment, wall clock, epoch milliseconds. */
  readonly now: number;
  readonly limit: number;
}

/** Whether an endpoint takes messages, and since when. Times: wall clock, epoch milliseconds. */
export interface EndpointState {
  readonly state: 'active' | 'disabled';
  /** Hash of its address. One that has said 410 at another address starts afresh. */
  readonly detail: string;
  /** Messages written before this are not for it. */
  readonly since: number;
  readonly at: number;
}

/** An attempt with what the receiver answered. */
export interface RecordedDelivery extends Delivery {
  readonly answer: string;
}

/** Which attempts are wanted; null is any. */
export interface DeliveriesQuery {
  readonly endpoint: string | null;
  /** Id of a transition or an order. */
  readonly id: string | null;
  readonly outcome: Delivery['outcome'] | null;
  readonly limit: number;
}

/** Delivery attempts, and what is still to be delivered. */
export interface DeliveryStore {
  record(delivery: Delivery, answer?: string): Promise<void>;
  /**
   * Messages that are due, oldest first. Of one alert only the oldest message that has not come to an end: those after
   * it wait for it, and a new one among them makes it due at once.
   */
  pending(query: PendingQuery): Promise<readonly PendingMessage[]>;
  /** Outcome of the last attempt of a message, null when there was none. */
  outcome(message: string, endpoint: string): Promise<Pick<Delivery, 'outcome' | 'status' | 'detail'> | null>;
  /** Last attempts at an endpoint, newest first. */
  recent(endpoint: string, limit: number): Promise<readonly Pick<Delivery, 'status' | 'at'>[]>;
  /** Every record of a transition or order at every endpoint, or of one message, in order of time. */
  attempts(id: string): Promise<readonly RecordedDelivery[]>;
  /** Whether a transition or order is a message to a receiver, sent or not. */
  isFor(id: string, endpoint: string): Promise<boolean>;
  /** Newest first. */
  list(query: DeliveriesQuery): Promise<readonly RecordedDelivery[]>;
  endpointState(name: string, kind: string): Promise<EndpointState | null>;
  setEndpointState(name: string, kind: string, state: EndpointState): Promise<void>;
}

/** Orders: appended steps, the last one is the state. */
export interface OrderStore {
  append(order: Order): Promise<void>;
  latest(id: string): Promise<Order | null>;
  /** All steps of an order, the first one first. */
  steps(id: string): Promise<readonly Order[]>;
  /** Orders whose last step is in one of these states. */
  inStates(states: readonly string[]): Promise<readonly Order[]>;
  /** The same of one model, newest first. */
  ofModel(model: string, states: readonly string[]): Promise<readonly Order[]>;
  /** Steps at which orders of the model were cleared for sending, at or after `since` of the run's clock, oldest first. */
  requested(model: string, since: number): Promise<readonly Order[]>;
}

/** What a receiver reported, as it came. */
export interface StoredCallback {
  readonly orderId: string;
  readonly eventId: string;
  readonly state: string;
  readonly at: number;
  readonly body: string;
}

/** What people have asked of the alerts of one stream: to be left alone for a while. Read anew for every round. */
export interface Controls {
  /** Id of the silence that covers a finding of a policy at a moment (run's clock, epoch milliseconds); null without. */
  silenced(at: number, check: string, subject: string, policy?: string): string | null;
  /** Whether a policy is paused for the stream. */
  paused(policy: string): boolean;
  /** Whether somebody has taken an episode on: it is not reminded of any more. */
  acknowledged(policy: string, episode: number): boolean;
}

/** Where the controls of a stream are read. */
export interface ControlReader {
  read(stream: StreamKey): Promise<Controls>;
}

/** Controls of a service that nobody has asked anything of. */
export const noControls: ControlReader = {
  read: async () => ({ silenced: () => null, paused: () => false, acknowledged: () => false }),
};

/** Reports about orders. */
export interface CallbackStore {
  append(callback: StoredCallback): Promise<void>;
  find(orderId: string, eventId: string): Promise<StoredCallback | null>;
  /** Reports on an order, oldest first. */
  of(orderId: string): Promise<readonly StoredCallback[]>;
}

/** One turn of a switch: who, when (wall clock, epoch milliseconds) and why. */
export interface Turn {
  /** '' where the switch is for every model. */
  readonly model: string;
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** Which models may really be retrained, and whether retraining is stopped altogether; every turn is kept. */
export interface ArmingStore {
  set(model: string, armed: boolean, by: string, at: number): Promise<void>;
  isArmed(model: string): Promise<boolean>;
  /** Who armed and disarmed a model (null: any), newest first. */
  history(model: string | null, limit: number): Promise<readonly Turn[]>;
  stop(turn: Omit<Turn, 'model'>): Promise<void>;
  /** Last turn of the global stop; null = it was never touched. `on` means stopped. */
  stopped(): Promise<Turn | null>;
  /** Turns of the global stop, newest first. */
  stops(limit: number): Promise<readonly Turn[]>;
}

/** How far each schedule has come, so that every slot is taken once. */
export interface SlotStore {
  /** The last slot taken, epoch milliseconds; null for a schedule that is new. */
  last(schedule: string): Promise<number | null>;
  take(schedule: string, slot: number): Promise<void>;
}

/** Makes the returned model's baseline the active one. Called again with the same `by` it must not make another. */
export interface Promoter {
  /** Number of the activated baseline. */
  promote(promotion: Promotion): Promise<number>;
  /** Whether a returned version may take over; without it every one may. */
  gate?(request: GateRequest): Promise<GateVerdict>;
  /** Whether it may find data for a baseline where the report names none. */
  finds?(model: string): boolean;
}

/** A version that was returned, and what its report says of it. */
export interface GateRequest extends StreamKey {
  readonly version: string;
  /** When it was ordered, run's clock, epoch milliseconds. */
  readonly ordered: number;
  /** `metrics` of the report, as they came. */
  readonly metrics: unknown;
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
  /** ... or, when a person says so, the newest rows before `from`. */
  readonly newestRows?: boolean;
  readonly by: string;
  /** Active from here on, run's clock, epoch milliseconds. */
  readonly from: number;
}
