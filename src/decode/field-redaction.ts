import { createHash } from 'node:crypto';
import { addFeatures, createFeatures } from './features.ts';
import type { FieldRuler } from './field-ruler.ts';
import type { Fields } from './fields.ts';
import type { Format } from './formats/format.ts';
import { createModelReader } from './model.ts';
import type { DecodeOptions } from './options.ts';
import { type JsonObject, parseExact } from './parse.ts';
import type { Place } from './place.ts';
import { isRefusal, type Refusal } from './refusal.ts';

/** What is kept of a refused row. */
export interface Kept {
  /** Hash by which the same row is known again; '' when rules allow none. */
  readonly content: string;
  readonly payload: string;
}

const nothing: Kept = { content: '', payload: '' };

/** Fields that are kept when they are one plain value. */
const plain = [
  'id',
  'time',
  'model',
  'version',
  'environment',
  'label',
  'latency_ms',
  'status',
  'error',
] as const;

/**
 * What may be kept of a refused row where field rules are in force: the fields as they would have been stored, never
 * its bytes. Nothing of what is not JSON, and nothing of a row without a good model when rules go by the model.
 */
export function createRedaction(options: DecodeOptions, format: Format, rule: FieldRuler) {
  const modelOf = createModelReader(options);
  const hasModel = (fields: Fields, place: Place) => {
    const model = modelOf(fields, place);
    return !isRefusal(model) && model !== '';
  };
  return (bytes: Uint8Array, place: Place, parsed: JsonObject | Refusal): Kept => {
    if (isRefusal(parsed)) return nothing;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const fields = format.lift(parseExact(text) as JsonObject);
    if (isRefusal(fields)) return nothing;
    if (options.ruling?.byModel === true && !hasModel(fields, place)) return nothing;
    const ruled = rule(fields, place, true);
    if (ruled === null || ruled === 'dropped') return nothing;
    const kept = JSON.stringify(redacted(ruled));
    return {
      content: createHash('sha256').update(kept).digest('hex'),
      payload: Buffer.from(kept).subarray(0, options.keepPayloadBytes).toString('utf8'),
    };
  };
}

/** Only what rules have seen: plain values, features as they are stored, and tags and predictions without anything nested. */
function redacted(fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name of plain) if (isPlain(fields[name])) out[name] = shown(fields[name]);
  if (isObject(fields.features)) {
    const features = createFeatures();
    addFeatures(features, fields.features);
    out['features'] = Object.fromEntries([
      ...features.numNames.map((name, i) => [name, features.numValues[i]]),
      ...features.catNames.map((name, i) => [name, features.catValues[i]]),
    ]);
  }
  if (isObject(fields.segment)) out['segment'] = plainPart(fields.segment);
  const { prediction } = fields;
  if (isPlain(prediction)) out['prediction'] = shown(prediction);
  else if (isObject(prediction)) {
    const { label, score, probabilities } = prediction;
    out['prediction'] = {
      ...plainPart({ label, score }),
      ...(isObject(probabilities) ? { probabilities: plainPart(probabilities) } : {}),
    };
  }
  return out;
}

function plainPart(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => isPlain(value))
      .map(([name, value]) => [name, shown(value)]),
  );
}

function shown(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
