/** A text that printing and logging do not show. */
export interface SecretText {
  reveal(): string;
}

/** Somebody who is told. */
export interface Endpoint {
  /** Unique among those that take the same; letters, digits, `-`, `_`. */
  readonly name: string;
  /** Kind of channel, see channels/index.ts. */
  readonly kind: string;
  readonly takes: 'alerts' | 'orders';
  readonly url: string;
  /** Signing secrets, `whsec_...`; several while one is being replaced. */
  readonly secrets: readonly SecretText[];
}

/** What is sent: the same id and body on every attempt. */
export interface Message {
  readonly id: string;
  readonly body: string;
}

/** What came of one attempt. Never holds the endpoint's address or secrets. */
export interface Answer {
  /** HTTP status, 0 when there was none. */
  readonly status: number;
  readonly detail: string;
  /** How long the receiver asked to be left alone, milliseconds. */
  readonly retryAfter: number | null;
}

/** A way of telling somebody. */
export interface Channel {
  readonly kind: string;
  /** Throws LeewayError when the endpoint cannot be used as it is configured. Makes no request. */
  check(endpoint: Endpoint): void;
  /** One attempt; failures of the world are answers, not exceptions. `now` is the wall clock, epoch milliseconds. */
  send(message: Message, endpoint: Endpoint, now: number): Promise<Answer>;
  close(): Promise<void>;
}
