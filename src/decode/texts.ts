import type { RejectReason } from '../domain/reject.ts';
import { kindOf, type Refusal, refuse } from './refusal.ts';

/** Longest id, model, version and environment, in characters. */
export const nameCharacters = 128;
/** Longest feature name, class, label and segment value, in characters; longer feature texts are watched by shape. */
export const textCharacters = 256;

// C0 controls and DEL: invisible in lists, and trouble in addresses and metric labels.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/;

/** Whether `text` has more than `most` characters (code points). */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false;
  return text.length > 2 * most || characters(text) > most;
}

/** Number of characters (code points). */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) count--;
  }
  return count;
}

/** Reads a model, version or environment. '' when it is absent or null. */
type NameReader = (value: unknown) => string | Refusal;

/**
 * A reader for one kind of name: text or an integer, 1 to 128 characters, no control characters, not blank. It
 * remembers the last good name, as names rarely change from row to row.
 */
export function createNameReader(field: string, reason: RejectReason): NameReader {
  let last = '';
  return value => {
    if (value === undefined || value === null) return '';
    if (value === last && last !== '') return last;
    const text = typeof value === 'string' ? value : integerText(value);
    if (text === null) return refuse(reason, `\`${field}\` must be text, not ${kindOf(value)}`);
    if (text.trim() === '') return refuse(reason, `\`${field}\` is blank`);
    if (isLonger(text, nameCharacters)) {
      return refuse(reason, `\`${field}\` has more than ${nameCharacters} characters`);
    }
    if (control.test(text)) return refuse(reason, `\`${field}\` holds control characters`);
    last = text;
    return text;
  };
}

/** Reads an id: text of 1 to 128 characters, or an integer. '' when it is absent or null. */
export function readId(value: unknown): string | Refusal {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : integerText(value);
  if (text === null) return refuse('bad-id', `\`id\` must be text or an integer, not ${kindOf(value)}`);
  if (text === '') return refuse('bad-id', '`id` is empty; leave it out to have one made');
  return isLonger(text, nameCharacters)
    ? refuse('bad-id', `\`id\` has more than ${nameCharacters} characters`)
    : text;
}

function integerText(value: unknown): string | null {
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : null;
}

/** Whether `value` is a number that may have been an integer beyond 2^53 whose digits are lost. */
export function mayBeInexact(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}
