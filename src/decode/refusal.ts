import type { RejectReason } from '../domain/reject.ts';

/**
 * Why a row cannot be used: a closed-list reason, and which field and what was expected, never the value itself.
 * A class only so that a refusal is told from every other value by one cheap test, several times a row.
 */
export class Refusal {
  readonly reason: RejectReason;
  readonly detail: string;

  constructor(reason: RejectReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

/** Longest detail that is stored. */
const detailCharacters = 300;

export function refuse(reason: RejectReason, detail: string): Refusal {
  return new Refusal(reason, detail.slice(0, detailCharacters));
}

export function isRefusal(value: unknown): value is Refusal {
  return value instanceof Refusal;
}

/** The JSON name of a value's type, for a detail: `null`, `an array`, `text`, `a number`, ... */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'boolean' ? 'a boolean' : 'a number';
}
