/** A signing secret as it may be shown. Times are epoch milliseconds of the wall clock. */
export interface ShownSecret {
  readonly id: string;
  readonly made: number;
  /** Null: until it is replaced. */
  readonly ends: number | null;
}

/** Somebody who is told of alerts, or takes orders. */
export interface ReceiverSummary {
  readonly name: string;
  readonly type: string;
  readonly takes: 'alerts' | 'orders';
  /** `configuration`, or `stored`: made by the API. */
  readonly origin: 'configuration' | 'stored';
  /** Host of its address, the only part of it that is shown. */
  readonly host: string;
  /** `disabled`: it answered 410. `unreadable`: none of the keys opens it. */
  readonly state: 'active' | 'disabled' | 'unreadable';
  readonly breaker: {
    readonly state: 'closed' | 'open' | 'half-open';
    readonly failures: number;
    readonly until: number;
  };
  /** Last attempt at it; status 0 is no answer. */
  readonly last: { readonly at: number; readonly status: number } | null;
  /** Of a stored one; empty for the others. */
  readonly secrets: readonly ShownSecret[];
}

/** One that is told of alerts: whoever takes orders is a target of the configuration. */
export interface NewReceiver {
  readonly name: string;
  readonly type: 'webhook' | 'slack' | 'teams';
  readonly url: string;
  readonly by: string;
}

/** Receivers. Throws LeewayError: LW_NOT_FOUND, LW_CONFLICT, LW_TARGET_REFUSED, LW_SECRETS_KEY. */
export interface ReceiverDesk {
  list(): Promise<readonly ReceiverSummary[]>;
  /** With the secret that signs its messages, which is never shown again; null where nothing is signed. */
  create(order: NewReceiver): Promise<{ readonly receiver: ReceiverSummary; readonly secret: string | null }>;
  /** Another secret; the one before signs besides for so many hours. */
  rotate(
    name: string,
    order: { readonly hours: number; readonly by: string },
  ): Promise<{ readonly secret: string; readonly until: number }>;
  /** Removes a stored one. */
  remove(name: string, by: string): Promise<void>;
  /** Sends again to one that has answered 410, from where it was switched off. */
  enable(name: string, by: string): Promise<void>;
}

/** A record of a delivery. Times are epoch milliseconds of the wall clock. */
export interface DeliverySummary {
  readonly message: string;
  readonly endpoint: string;
  readonly attempt: number;
  readonly at: number;
  readonly outcome: string;
  readonly status: number;
  readonly detail: string;
  readonly durationSeconds: number;
  /** When the next attempt is due; 0 = none. */
  readonly next: number;
  readonly run?: string;
  readonly url?: string;
  /** What the receiver answered. */
  readonly answer: string;
}

/** Attempts to deliver. Throws LeewayError: LW_NOT_FOUND, LW_CONFLICT. */
export interface DeliveryDesk {
  /** Newest first; null is any. `id`: of a message, a transition or an order. */
  list(query: {
    readonly endpoint: string | null;
    readonly id: string | null;
    readonly outcome: string | null;
    readonly limit: number;
  }): Promise<readonly DeliverySummary[]>;
  /** Has a message sent once more, with a schedule of its own. */
  again(message: string, by: string): Promise<DeliverySummary>;
}
