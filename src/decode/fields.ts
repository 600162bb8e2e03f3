import { kindOf, type Refusal, refuse } from './refusal.ts';
import { isLonger, nameCharacters, textCharacters } from './texts.ts';

/** The fields of payload version 1 before they are checked. Every format lifts its rows into these. */
export interface Fields {
  readonly id?: unknown;
  readonly time?: unknown;
  readonly model?: unknown;
  readonly version?: unknown;
  readonly environment?: unknown;
  readonly features?: unknown;
  readonly prediction?: unknown;
  readonly label?: unknown;
  readonly latency_ms?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly request_bytes?: unknown;
  readonly response_bytes?: unknown;
  readonly segment?: unknown;
}

/** Names of the fields of payload version 1. */
export const fieldNames = [
  'id',
  'time',
  'model',
  'version',
  'environment',
  'features',
  'prediction',
  'label',
  'latency_ms',
  'status',
  'error',
  'request_bytes',
  'response_bytes',
  'segment',
] as const satisfies readonly (keyof Fields)[];

/** Most tags of one row. */
const tags = 16;

/** Whether a field is there: null is the same as leaving it out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A number of 0 or more; NaN when it is absent, or was written as NaN or an infinity. */
export function readAmount(value: unknown, field: string): number | Refusal {
  if (!isGiven(value)) return Number.NaN;
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return refuse('bad-number', `\`${field}\` must be a number, not ${kindOf(value)}`);
  }
  const amount = Number(value);
  if (!Number.isFinite(amount)) return Number.NaN;
  return amount < 0 ? refuse('bad-number', `\`${field}\` is below 0`) : amount;
}

/** An HTTP-like status, 0 to 999; 0 when it is absent. */
export function readStatus(value: unknown): number | Refusal {
  if (!isGiven(value)) return 0;
  const known = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 999;
  return known ? Math.abs(value) : refuse('bad-status', '`status` must be an integer from 0 to 999');
}

/** What went wrong, cut to 256 characters; '' when it is absent. */
export function readError(value: unknown): string | Refusal {
  if (!isGiven(value)) return '';
  if (typeof value !== 'string') return refuse('bad-error', `\`error\` must be text, not ${kindOf(value)}`);
  return isLonger(value, textCharacters)
    ? Array.from(value.slice(0, 2 * textCharacters))
        .slice(0, textCharacters)
        .join('')
    : value;
}

/** Tags of a row. */
export interface Segment {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

const noSegment: Segment = { names: [], values: [] };

/** Up to 16 tags, each text, a number or a boolean; null is left out. */
export function readSegment(value: unknown): Segment | Refusal {
  if (!isGiven(value)) return noSegment;
  if (typeof value !== 'object' || Array.isArray(value)) {
    return refuse('bad-segment', `\`segment\` must be an object, not ${kindOf(value)}`);
  }
  const names: string[] = [];
  const values: string[] = [];
  for (const [name, tag] of Object.entries(value as object)) {
    if (tag === null) continue;
    if (typeof tag === 'object') return refuse('bad-segment', 'a tag must be text, a number or a boolean');
    const text = String(tag);
    if (isLonger(name, nameCharacters) || isLonger(text, textCharacters)) {
      return refuse(
        'bad-segment',
        `a tag has a name over ${nameCharacters} or a value over ${textCharacters} characters`,
      );
    }
    names.push(name);
    values.push(text);
  }
  return names.length > tags ? refuse('bad-segment', `more than ${tags} tags`) : { names, values };
}
