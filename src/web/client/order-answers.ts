/** The answers about orders, their switches and their receivers that the page reads. Times are epoch milliseconds. */
import type { OrderEntry } from './answers.ts';

/** One turn of a switch: of a model (armed or not), or, without a model, of the global stop. */
export interface Turn {
  readonly model: string;
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

export interface RetrainingAnswer {
  /** Last turn of the global stop; null = it was never touched. */
  readonly stop: Turn | null;
  readonly armed: readonly Turn[];
  /** Newest first. */
  readonly history: readonly Turn[];
}

export interface OrdersAnswer {
  readonly orders: readonly (OrderEntry & { readonly model: string })[];
}

export interface Receiver {
  readonly name: string;
  readonly type: string;
  readonly takes: string;
  readonly host: string;
  readonly state: string;
  readonly breaker: { readonly state: string; readonly failures: number; readonly until: number };
  /** Last attempt at it; status 0 is no answer. */
  readonly last: { readonly at: number; readonly status: number } | null;
}

export interface ReceiversAnswer {
  readonly receivers: readonly Receiver[];
}
