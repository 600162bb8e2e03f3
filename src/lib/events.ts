import type { Delivery, Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Inference } from '../domain/inference.ts';
import type { Order } from '../domain/order.ts';
import type { RejectReason } from '../domain/reject.ts';

/**
 * Everything that can happen, one function each. publish/ implements it: each call writes the log line and moves the
 * metric, so neither is forgotten. Stages never touch a logger or a registry.
 */
export interface Events {
  /** Rows, labels and rejects of one flush are stored and marked. */
  batchStored(e: {
    readonly inferences: readonly Inference[];
    readonly labels: number;
    readonly seconds: number;
  }): void;
  recordRejected(e: {
    readonly source: string;
    readonly reason: RejectReason;
    readonly position: string;
    readonly detail: string;
  }): void;
  recordIgnored(e: { readonly source: string; readonly reason: string }): void;
  modelCreated(e: { readonly model: string; readonly environment: string }): void;
  storeFailed(e: {
    readonly code: number;
    readonly failure: string;
    readonly attempt: number;
    readonly message: string;
  }): void;
  storeRecovered(e: { readonly seconds: number }): void;
  sourceStarted(e: { readonly source: string; readonly detail: string }): void;
  sourcePaused(e: { readonly source: string; readonly reason: string }): void;
  sourceResumed(e: { readonly source: string }): void;
  /** A source that has an end (a replayed file) was read to it. */
  sourceFinished(e: { readonly source: string; readonly detail: string }): void;
  /** A committed offset was out of range and the broker's earliest was taken instead: rows may be missing. */
  offsetReset(e: { readonly source: string; readonly partition: string; readonly detail: string }): void;
  /** Offsets [from, to) of a partition were gone from the broker before they were read. */
  offsetsMissing(e: {
    readonly source: string;
    readonly partition: string;
    readonly from: string;
    readonly to: string;
    readonly missing: number;
  }): void;
  partitionLost(e: { readonly source: string; readonly partition: string }): void;
  offsetCommitted(e: {
    readonly source: string;
    readonly partition: string;
    readonly offset: string;
    readonly seconds: number;
  }): void;
  lagMeasured(e: { readonly source: string; readonly partition: string; readonly lag: number }): void;
  sourceCrashed(e: { readonly source: string; readonly message: string; readonly restarts: boolean }): void;
  baselineCut(e: {
    readonly model: string;
    readonly baseline: number;
    readonly origin: string;
    readonly rows: number;
  }): void;
  bucketsProfiled(e: {
    readonly model: string;
    readonly environment: string;
    readonly grain: number;
    readonly buckets: number;
    readonly rows: number;
    readonly seconds: number;
    readonly due: number;
  }): void;
  auditFinished(e: { readonly buckets: number; readonly mismatches: number }): void;
  windowJudged(window: JudgedWindow): void;
  jobFinished(e: {
    readonly job: string;
    readonly model: string;
    /** Of a job that is done for each environment of a model. */
    readonly environment?: string;
    readonly outcome: 'done' | 'failed' | 'skipped';
    readonly seconds: number;
    readonly detail: string;
  }): void;
  /** This process leads from now on, or does so no more. */
  leadershipChanged(e: { readonly leads: boolean; readonly term: number; readonly detail: string }): void;
  electionNoted(e: { readonly detail: string }): void;
  alertChanged(transition: Transition): void;
  deliveryAttempted(delivery: Delivery): void;
  /** A receiver is left alone for a while, tried once, or sent everything again. */
  breakerChanged(e: {
    readonly endpoint: string;
    readonly state: 'closed' | 'open' | 'half-open';
    readonly failures: number;
    /** Until when it is left alone, epoch milliseconds; 0 while closed. */
    readonly until: number;
  }): void;
  orderChanged(order: Order): void;
  /** A report on an order, and what became of it (closed list of act/callback.ts). */
  callbackReceived(e: {
    readonly order: string;
    readonly model: string;
    readonly state: string;
    readonly outcome: string;
  }): void;
  /** A request was refused for who sent it: no key, a wrong one, a role it lacks, or too many. */
  accessRefused(e: AccessEvent & { readonly code: string }): void;
  /** A request that needs the role admin was let through. */
  accessUsed(e: AccessEvent): void;
  /** The configuration was read again: what differs (secrets hidden), and whether it holds at once. */
  configReloaded(e: {
    readonly changes: readonly { readonly text: string; readonly effect: 'now' | 'restart' }[];
  }): void;
  /** Other certificate files were taken over: new connections are shown them. */
  certificateReplaced(e: { readonly fingerprint: string }): void;
  /** Anything that went wrong without being one of the above, with a stable code. */
  problemOccurred(e: { readonly code: string; readonly message: string }): void;
}

/** Who called what: the route's pattern and the key's id, never an address with its values or a secret. */
interface AccessEvent {
  readonly method: string;
  readonly route: string;
  readonly address: string;
  readonly key: string;
  readonly name: string;
}

/** Events that go nowhere, for tests; `seen` lists the names in order. */
export function createRecordedEvents(): Events & {
  readonly seen: { readonly name: string; readonly event: unknown }[];
} {
  const seen: { name: string; event: unknown }[] = [];
  return new Proxy({ seen } as Events & { seen: typeof seen }, {
    get: (target, name) => {
      if (name === 'seen') return target.seen;
      return (event: unknown) => void seen.push({ name: String(name), event });
    },
  });
}
