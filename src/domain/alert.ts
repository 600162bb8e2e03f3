export const alertStates = ['ok', 'pending', 'firing', 'paused'] as const;
export type AlertState = (typeof alertStates)[number];

export const severities = ['critical', 'warning'] as const;
/** How urgent an alert is: `critical` wakes somebody up, `warning` can wait. */
export type AlertSeverity = (typeof severities)[number];

/** A change of an alert: a fact, never rewritten. It holds the body that is sent, so it is the outbox entry too. */
export interface Transition {
  /** Derived from (policy, model, environment, episode, transition): the same after every restart. */
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  /** Counts the episodes of this alert from 1. */
  readonly episode: number;
  readonly from: AlertState;
  readonly to: AlertState;
  /** Closed-list reason, see src/act/decide.ts. */
  readonly reason: string;
  /** Run's clock (event time in a replay), epoch milliseconds. */
  readonly at: number;
  /** Window that decided, epoch seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  /** Whether anybody is told (a window long past is shown but notifies nobody). */
  readonly notify: boolean;
  readonly severity: AlertSeverity;
  /** Names of the receivers that are told; empty = every receiver that takes alerts. */
  readonly routes: readonly string[];
  /** Subjects that decided, worst first. */
  readonly subjects: readonly string[];
  /** State of the decision machine after this transition, JSON. */
  readonly memory: string;
  /** Body of the message, JSON text, exactly as it is sent on every attempt. */
  readonly body: string;
}

/**
 * One attempt to deliver a message; `outcome` is done, retry, failed or disabled. `again` is no attempt: a person asked
 * for the message to be sent once more, and `detail` names them.
 */
export interface Delivery {
  /** Message id: the transition's or order's id plus the endpoint's name. */
  readonly message: string;
  readonly endpoint: string;
  readonly attempt: number;
  /** Wall clock, epoch milliseconds. */
  readonly at: number;
  readonly outcome: 'done' | 'retry' | 'failed' | 'disabled' | 'again';
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  readonly detail: string;
  readonly durationSeconds: number;
  /** When the next attempt is due, wall clock, epoch milliseconds; 0 = none. */
  readonly next: number;
  /** What the receiver says it has started: a run's name or number, and its page. */
  readonly run?: string;
  readonly url?: string;
}
