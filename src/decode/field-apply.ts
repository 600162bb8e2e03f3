import { hashId } from './field-hash.ts';
import type { RowRules, Scalar, Treatment } from './field-rules.ts';
import type { Fields } from './fields.ts';
import { isRefusal } from './refusal.ts';
import { mayBeInexact, readId } from './texts.ts';

/** Arrays of up to this many numbers are changed element by element; src/decode/features.ts names them so. */
const elements = 16;

type Values = Readonly<Record<string, unknown>>;

/** What is needed on the way through a row. */
interface Work {
  readonly rules: RowRules;
  readonly hash: (text: string) => string;
  /** Set when a number to be written as text may have lost digits. */
  inexact: boolean;
}

/**
 * The fields of a row with the rules applied. What is not of the shape its field asks for is left as it is: it is
 * refused where fields are read, and never stored. Null asks for the exact parse of the row.
 */
export function applyFieldRules(
  fields: Fields,
  { rules, hash, exact }: { rules: RowRules; hash: (text: string) => string; exact: boolean },
): Fields | null {
  const work: Work = { rules, hash, inexact: false };
  const { id, features, prediction, label, error, segment } = fields;
  const ruled: Fields = {
    ...fields,
    id: applyId(work, id),
    features: isObject(features) ? applyFeatures(work, features, 'feature:') : features,
    prediction: applyPrediction(work, prediction),
    label: applyScalar(work, 'label', label),
    error: applyScalar(work, 'error', error),
    segment: isObject(segment) ? applyEach(work, segment, 'segment:') : segment,
  };
  return work.inexact && !exact ? null : ruled;
}

function applyId(work: Work, id: unknown): unknown {
  const treatment = work.rules.of('id');
  if (treatment === null || id === undefined || id === null) return id;
  if (treatment.drop) return undefined;
  if (mayBeInexact(id)) work.inexact = true;
  const text = readId(id);
  return isRefusal(text) ? id : hashId(work.hash, text);
}

function applyScalar(work: Work, name: string, value: unknown): unknown {
  const treatment = work.rules.of(name);
  if (treatment === null) return value;
  if (treatment.drop) return undefined;
  return isScalar(value) ? treat(work, treatment, value) : value;
}

function treat(work: Work, treatment: Treatment, value: Scalar): Scalar | undefined {
  if (mayBeInexact(value)) work.inexact = true;
  return work.rules.treat(treatment, value);
}

/** Tags, or scores of classes: each by its own name. */
function applyEach(work: Work, values: Values, prefix: string): Values {
  const out = empty();
  for (const name of Object.keys(values)) {
    const value = applyScalar(work, prefix + name, values[name]);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** Nested features are named by their way from the top, as they are stored. */
function applyFeatures(work: Work, values: Values, prefix: string): Values {
  const out = empty();
  for (const name of Object.keys(values)) {
    const value = values[name];
    const full = prefix + name;
    if (Array.isArray(value)) applyArray(work, out, { name, full, values: value });
    else if (isObject(value)) out[name] = applyFeatures(work, value, `${full}.`);
    else {
      const ruled = applyScalar(work, full, value);
      if (ruled !== undefined) out[name] = ruled;
    }
  }
  return out;
}

interface NamedArray {
  readonly name: string;
  readonly full: string;
  readonly values: readonly unknown[];
}

/** Short arrays of numbers number by number, others as a whole: what is left of them is their length at most. */
function applyArray(work: Work, out: Record<string, unknown>, { name, full, values }: NamedArray): void {
  if (values.length > 0 && values.length <= elements && values.every(isNumeric)) {
    for (const [i, value] of values.entries()) {
      const ruled = applyScalar(work, `${full}[${i}]`, value);
      if (ruled !== undefined) out[`${name}[${i}]`] = ruled;
    }
    return;
  }
  const treatment = work.rules.of(full);
  if (treatment === null) out[name] = values;
  else if (treatment.drop) return;
  else if (treatment.hash) out[name] = work.hash(textOf(values));
  else out[name] = { length: values.length, empty: values.length === 0 };
}

/** A class, a number, or an object of them. Names of classes are values of the prediction too. */
function applyPrediction(work: Work, value: unknown): unknown {
  if (!isObject(value)) return applyScalar(work, 'prediction', value);
  const treatment = work.rules.of('prediction');
  if (treatment?.drop === true) return undefined;
  const { probabilities } = value;
  const ruled = { ...value, label: applyScalar(work, 'prediction', value['label']) };
  if (isObject(probabilities)) return { ...ruled, probabilities: applyScores(work, probabilities) };
  const named = work.rules.of(`score:${String(value['label'])}`);
  if (named === null || !isScalar(value['score'])) return ruled;
  return { ...ruled, score: treat(work, { ...named, hash: false }, value['score']) };
}

function applyScores(work: Work, scores: Values): Values {
  const treatment = work.rules.of('prediction');
  const out = empty();
  for (const name of Object.keys(scores)) {
    const own = work.rules.of(`score:${name}`);
    const value = scores[name];
    const score = own === null || !isScalar(value) ? value : treat(work, { ...own, hash: false }, value);
    const ruled = treatment === null ? name : treat(work, treatment, name);
    if (ruled !== undefined && score !== undefined) out[String(ruled)] = score;
  }
  return out;
}

function textOf(values: readonly unknown[]): string {
  return JSON.stringify(values, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/** Without a prototype: a field may be called `__proto__`. */
function empty(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is Scalar {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value === null;
}
