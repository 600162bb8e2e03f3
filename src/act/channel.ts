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
  /** What the configuration says of it, by the schema of its kind; secrets as SecretText. */
  readonly settings: Readonly<Record<string, unknown>>;
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
  /** What the receiver said, at most 64 KiB, without the endpoint's address and secrets; kept with the attempt. */
  readonly body?: string;
}

/** A way of telling somebody. */
export interface Channel {
  readonly kind: string;
  /** Throws LeewayError when the endpoint cannot be used as it is configured. Makes no request. */
  check(endpoint: Endpoint): void;
  /** One attempt; failures of the world are answers, not exceptions. `now` is the wall clock, epoch milliseconds. */
  send(message: Message, endpoint: Endpoint, now: number): Promise<Answer>;
  /** What a good answer says was started: kept with the attempt. */
  accepted?(answer: Answer): { readonly run?: string; readonly url?: string };
  /** For receivers that keep an incident open until they are told that it is over, and take that somebody has it. */
  readonly keepsOpen?: boolean;
  /**
   * For receivers that forget an alert that is not repeated: how often it is told while it fires, and for how long after
   * it was resolved, milliseconds.
   */
  readonly sustained?: { readonly every: number; readonly after: number };
  close(): Promise<void>;
}
