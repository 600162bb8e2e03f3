import { fieldNames } from './fields.ts';
import { type Pointer, parsePointer } from './pointer.ts';

/** Where one field comes from: a place in the row, a constant, or an object put together from several places. */
export type Origin =
  | { readonly kind: 'pointer'; readonly pointer: Pointer }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'parts'; readonly parts: readonly Part[] };

interface Part {
  readonly name: string;
  readonly pointer: Pointer;
}

/** Where the fields of payload version 1 stand in another JSON layout. */
export interface Mapping {
  readonly fields: readonly { readonly field: string; readonly origin: Origin }[];
}

/** Fields that may be a constant, the same for every row of the source. */
const constants: readonly string[] = ['model', 'version', 'environment'];
/** Fields that may be put together from several places. */
const composed: readonly string[] = ['features', 'prediction', 'segment'];
const predictionParts: readonly string[] = ['label', 'score', 'probabilities'];
/** `latency_seconds` is for layouts that measure in seconds. */
const known: readonly string[] = [...fieldNames, 'latency_seconds'];
const contents: readonly string[] = ['features', 'prediction', 'status', 'label'];

/**
 * Reads a mapping from the configuration: for each field of payload version 1 a JSON pointer (RFC 6901); for `model`,
 * `version` and `environment` also `{const: text}`; for `features`, `segment` and `prediction` also an object of name
 * to pointer.
 *
 * @returns The mapping, or a sentence that says what is wrong.
 * @example parseMapping({ id: '/request/id', features: { age: '/inputs/0' }, prediction: '/output/score' })
 */
export function parseMapping(value: unknown): Mapping | string {
  if (!isObject(value)) return 'a mapping must be an object of field to JSON pointer';
  const fields: { field: string; origin: Origin }[] = [];
  for (const [field, given] of Object.entries(value)) {
    if (!known.includes(field)) return `"${field}" is not a field; the fields are ${known.join(', ')}`;
    const origin = parseOrigin(field, given);
    if (typeof origin === 'string') return origin;
    fields.push({ field, origin });
  }
  if ('latency_ms' in value && 'latency_seconds' in value) {
    return 'map either latency_ms or latency_seconds, not both';
  }
  return contents.some(field => Object.hasOwn(value, field))
    ? { fields }
    : `map at least one of ${contents.join(', ')}`;
}

function parseOrigin(field: string, given: unknown): Origin | string {
  if (typeof given === 'string') {
    const pointer = parsePointer(given);
    return pointer === null ? notPointer(field) : { kind: 'pointer', pointer };
  }
  if (!isObject(given)) return notPointer(field);
  if (constants.includes(field)) return parseConstant(field, given);
  return composed.includes(field) ? parseParts(field, given) : notPointer(field);
}

function parseConstant(field: string, given: Readonly<Record<string, unknown>>): Origin | string {
  const value = given['const'];
  return typeof value === 'string' && Object.keys(given).length === 1
    ? { kind: 'constant', value }
    : `"${field}" must be a JSON pointer or {const: text}`;
}

function parseParts(field: string, given: Readonly<Record<string, unknown>>): Origin | string {
  const parts: Part[] = [];
  for (const [name, text] of Object.entries(given)) {
    if (field === 'prediction' && !predictionParts.includes(name)) {
      return `"prediction" may hold ${predictionParts.join(', ')}, not "${name}"`;
    }
    const pointer = typeof text === 'string' ? parsePointer(text) : null;
    if (pointer === null) return notPointer(`${field}.${name}`);
    parts.push({ name, pointer });
  }
  return parts.length === 0 ? `"${field}" names no part` : { kind: 'parts', parts };
}

function notPointer(field: string): string {
  return `"${field}" must be a JSON pointer: '' for the whole row, or steps that each begin with /`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
