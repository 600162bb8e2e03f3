import type { Inference } from '../domain/inference.ts';
import type { Label } from '../domain/label.ts';
import { type Answer, readAnswer } from './answer.ts';
import { addFeatures, addTextShape, createFeatures, type Features, removeRepeated } from './features.ts';
import { type Fields, isGiven } from './fields.ts';
import { createKeyReader, type Key, type KeyReader } from './key.ts';
import { readLabel, toLabel } from './label.ts';
import type { DecodeOptions } from './options.ts';
import type { Place } from './place.ts';
import { isRefusal, kindOf, type Refusal, refuse } from './refusal.ts';
import { mayBeInexact } from './texts.ts';

/** A row that could be used. */
export type Read =
  | { readonly kind: 'inference'; readonly inference: Inference; readonly label: Label | null }
  | { readonly kind: 'label'; readonly label: Label };

/**
 * Reads the fields of one row. `exact` says that they come from the exact parse; if they do not, null asks for it:
 * the row holds a number that may have lost digits.
 */
export interface RowReader {
  read(fields: Fields, place: Place, exact: boolean): Read | Refusal | null;
  /** Reads the row as a label, whatever else it holds. */
  readLabel(fields: Fields, place: Place, exact: boolean): Read | Refusal | null;
}

/** Reads rows by the rules of payload version 1 (docs/formats.md). */
export function createRowReader(options: DecodeOptions): RowReader {
  const keys = createKeyReader(options);
  const readLabelRow = (fields: Fields, place: Place, exact: boolean): Read | Refusal | null => {
    if (!exact && mayBeInexact(fields.id)) return null;
    const key = keys.readLabelKey(fields, place);
    if (isRefusal(key)) return key;
    const label = readLabel(fields.label, key, place);
    return isRefusal(label) ? label : { kind: 'label', label };
  };
  const readInferenceRow = (fields: Fields, place: Place, exact: boolean): Read | Refusal | null => {
    const features = readFeatures(fields.features);
    if (isRefusal(features)) return features;
    if (!exact && (features.inexact || mayBeInexact(fields.id))) return null;
    return readInference(fields, features, { keys, place, options });
  };
  return {
    readLabel: readLabelRow,
    read: (fields, place, exact) => {
      if (hasContent(fields)) return readInferenceRow(fields, place, exact);
      return isGiven(fields.label) ? readLabelRow(fields, place, exact) : noContent(options);
    },
  };
}

function hasContent(fields: Fields): boolean {
  return isGiven(fields.features) || isGiven(fields.prediction) || isGiven(fields.status);
}

function noContent(options: DecodeOptions): Refusal {
  return options.mapping === null
    ? refuse('no-content', 'none of `features`, `prediction`, `status` is there, nor `id` with `label`')
    : refuse(
        'bad-mapping',
        'the mapping finds none of `features`, `prediction`, `status`, `label` in the row',
      );
}

function readFeatures(value: unknown): Features | Refusal {
  const features = createFeatures();
  if (!isGiven(value)) return features;
  if (typeof value !== 'object' || Array.isArray(value)) {
    return refuse('bad-features', `\`features\` must be an object of name to value, not ${kindOf(value)}`);
  }
  addFeatures(features, value as Readonly<Record<string, unknown>>);
  return features;
}

interface Around {
  readonly keys: KeyReader;
  readonly place: Place;
  readonly options: DecodeOptions;
}

function readInference(fields: Fields, features: Features, around: Around): Read | Refusal {
  const { place, options } = around;
  const key = around.keys.read(fields, place);
  if (isRefusal(key)) return key;
  const answer = readAnswer(fields, options.limits.features);
  if (isRefusal(answer)) return answer;
  if (answer.prediction.text !== '') addTextShape(features, 'prediction', answer.prediction.text);
  if (features.problem !== null) return features.problem;
  if (features.derived) removeRepeated(features);
  if (features.numNames.length + features.catNames.length > options.limits.features) {
    return refuse('too-many-features', `the row has more than ${options.limits.features} features`);
  }
  const inference = toInference(key, features, answer, place);
  const label = answer.truth === null ? null : toLabel(answer.truth, inference, place);
  return { kind: 'inference', inference, label };
}

function toInference(key: Key, features: Features, answer: Answer, place: Place): Inference {
  const { prediction, segment } = answer;
  return {
    model: key.model,
    environment: key.environment,
    version: key.version,
    id: key.id === '' ? place.fallbackId : key.id,
    time: key.time,
    timeSource: key.timeSource,
    numNames: features.numNames,
    numValues: features.numValues,
    catNames: features.catNames,
    catValues: features.catValues,
    prediction: prediction.prediction,
    predicted: prediction.predicted,
    scoreNames: prediction.scoreNames,
    scoreValues: prediction.scoreValues,
    latencySeconds: answer.latencySeconds,
    status: answer.status,
    error: answer.error,
    requestBytes: answer.requestBytes,
    responseBytes: answer.responseBytes,
    segmentNames: segment.names,
    segmentValues: segment.values,
    source: place.source,
    position: place.position,
  };
}
