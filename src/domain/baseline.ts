import type { Binning, Profile } from './profile.ts';

/** Where a baseline came from. */
export type BaselineOrigin = 'learned' | 'range' | 'uploaded' | 'registry';

/** A versioned set of binnings and reference profiles of a model. Numbers count up from 1. */
export interface Baseline {
  readonly model: string;
  readonly baseline: number;
  readonly origin: BaselineOrigin;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly rows: number;
  /** Period it was cut from, epoch milliseconds; both 0 when it has no time axis (an upload). */
  readonly from: number;
  readonly to: number;
  readonly note: string;
  readonly subjects: readonly BaselineSubject[];
}

/** One subject of a baseline: its frozen binning and its reference profile in that binning. */
export interface BaselineSubject {
  readonly binning: Binning;
  readonly reference: Profile;
  /** Fitted stream model as JSON, '' until there is one. */
  readonly noise: string;
  /** '' for a subject that is tested; otherwise why it was set aside (`id-like`, `shape-only`, `constant`). */
  readonly aside: string;
}

const orderActor = 'order ';

/** Who activates the baseline of a version that an order brought. */
export function actorOfOrder(order: string): string {
  return `${orderActor}${order}`;
}

/** Whether an activation is of a version that an order brought. */
export function isByOrder({ by }: Pick<Activation, 'by'>): boolean {
  return by.startsWith(orderActor);
}

/** From `from` on, windows of `model` (of `version`, '' = every version without its own) are judged by `baseline`. */
export interface Activation {
  readonly model: string;
  readonly version: string;
  readonly baseline: number;
  /** Epoch milliseconds, on the run's clock. */
  readonly from: number;
  readonly at: number;
  readonly by: string;
}
