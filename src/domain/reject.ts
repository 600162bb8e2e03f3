/**
 * Why a record was refused: a closed list, because it becomes a metric label. What each means is in
 * docs/formats.md; `src/decode/reasons.ts` holds the sentence shown to people.
 */
export const rejectReasons = [
  'not-json',
  'not-utf8',
  'not-an-object',
  'too-large',
  'too-deep',
  'too-many-keys',
  'text-too-long',
  'empty',
  'no-model',
  'no-content',
  'bad-model',
  'bad-version',
  'bad-environment',
  'bad-id',
  'bad-time',
  'time-ahead',
  'bucket-sealed',
  'bad-features',
  'bad-prediction',
  'bad-label',
  'bad-number',
  'bad-status',
  'bad-error',
  'bad-segment',
  'bad-mapping',
  'unknown-key',
  'too-many-features',
  'too-many-models',
  'store-refused',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** A record that could not be used. Never holds the payload unless the configuration asks for it. */
export interface Reject {
  readonly source: string;
  /** The record's position; a record with several refusals gives `...#index`. */
  readonly position: string;
  readonly reason: RejectReason;
  /** Which field and what was expected, without the value. At most 300 characters. */
  readonly detail: string;
  /** Hash of the record's bytes (hex), to recognise the same record elsewhere. */
  readonly content: string;
  /** First bytes of the payload, '' unless configured. */
  readonly payload: string;
}

/** Why a record was passed over on purpose: nothing is wrong with it, there is nothing to store. */
export const ignoreReasons = ['tombstone', 'erased', 'dropped', 'environment-ignored'] as const;
export type IgnoreReason = (typeof ignoreReasons)[number];

/** What one raw record turned into. A record may give several outcomes. */
export type Outcome =
  | { readonly kind: 'inference'; readonly inference: Inference; readonly label: Label | null }
  | { readonly kind: 'label'; readonly label: Label }
  | { readonly kind: 'rejected'; readonly reject: Reject }
  | { readonly kind: 'ignored'; readonly reason: IgnoreReason };

import type { Inference } from './inference.ts';
import type { Label } from './label.ts';
