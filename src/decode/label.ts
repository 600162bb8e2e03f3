import type { Label } from '../domain/label.ts';
import { isGiven } from './fields.ts';
import type { Key } from './key.ts';
import type { Place } from './place.ts';
import { isRefusal, kindOf, type Refusal, refuse } from './refusal.ts';
import { isLonger, textCharacters } from './texts.ts';

/** A truth: a number or a class. */
export interface Truth {
  /** Numeric truth, else NaN. */
  readonly label: number;
  /** Class truth, else ''. */
  readonly labelled: string;
}

/** Reads a label: a number, text or a boolean. Null when it is absent, empty or NaN (how pandas says absent). */
export function readTruth(value: unknown): Truth | null | Refusal {
  if (!isGiven(value) || value === '' || Number.isNaN(value)) return null;
  if (typeof value === 'number' || typeof value === 'bigint') {
    const label = Number(value);
    return Number.isFinite(label) ? { label, labelled: '' } : refuse('bad-label', '`label` is infinite');
  }
  if (typeof value === 'boolean') return { label: Number.NaN, labelled: String(value) };
  if (typeof value !== 'string') {
    return refuse('bad-label', `\`label\` must be a number, text or a boolean, not ${kindOf(value)}`);
  }
  return isLonger(value, textCharacters)
    ? refuse('bad-label', `\`label\` has more than ${textCharacters} characters`)
    : { label: Number.NaN, labelled: value };
}

/** Reads the value of a label that arrives by itself: here the id and the truth must be there. */
export function readLabel(value: unknown, key: Key, place: Place): Label | Refusal {
  if (key.id === '') return refuse('bad-id', 'a label needs the `id` of its inference');
  const truth = readTruth(value);
  if (truth === null) return refuse('bad-label', '`label` is absent, empty or NaN');
  return isRefusal(truth) ? truth : toLabel(truth, key, place);
}

/** The label of the row with this key. */
export function toLabel(truth: Truth, key: Pick<Key, 'model' | 'id' | 'time'>, place: Place): Label {
  return {
    model: key.model,
    id: key.id,
    label: truth.label,
    labelled: truth.labelled,
    time: key.time,
    source: place.source,
    position: place.position,
  };
}
