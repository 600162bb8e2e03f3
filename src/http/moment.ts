import { LeewayError } from '../lib/errors.ts';

const rfc3339 = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d))?$/;

/**
 * A moment of a query or body as epoch milliseconds: RFC 3339 (a bare date is midnight UTC) or epoch milliseconds.
 * @throws LeewayError LW_REQUEST_INVALID
 */
export function moment(value: string | number, name: string): number {
  const number = typeof value === 'number' ? value : /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  const result = Number.isFinite(number)
    ? number
    : rfc3339.test(String(value))
      ? Date.parse(String(value))
      : Number.NaN;
  if (!Number.isFinite(result) || Math.abs(result) > 8.64e15) {
    throw new LeewayError('LW_REQUEST_INVALID', `${name} is neither RFC 3339 nor epoch milliseconds.`);
  }
  return result;
}

/** The same for a value that may be absent, which is null. */
export function maybeMoment(value: string | number | undefined, name: string): number | null {
  return value === undefined ? null : moment(value, name);
}
