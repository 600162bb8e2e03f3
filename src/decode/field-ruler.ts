import { applyFieldRules } from './field-apply.ts';
import { type Fields, isGiven } from './fields.ts';
import { createModelReader } from './model.ts';
import type { DecodeOptions } from './options.ts';
import type { Place } from './place.ts';
import { isRefusal } from './refusal.ts';

/**
 * Applies the rules of a row's model to its fields. Null asks for the exact parse of the row; `dropped` says that
 * nothing but a label was there, and that the rules drop it.
 */
export type FieldRuler = (fields: Fields, place: Place, exact: boolean) => Fields | 'dropped' | null;

export function createFieldRuler(options: DecodeOptions): FieldRuler {
  const { ruling } = options;
  if (ruling === null) return fields => fields;
  const modelOf = createModelReader(options);
  return (fields, place, exact) => {
    const model = modelOf(fields, place);
    // A row with a bad model is refused: what is kept of it knows no model either.
    const rules = ruling.of(isRefusal(model) ? '' : model);
    if (rules === null) return fields;
    const ruled = applyFieldRules(fields, { rules, hash: ruling.hash, exact });
    if (ruled === null || !isGiven(fields.label) || isGiven(ruled.label)) return ruled;
    const { features, prediction, status } = fields;
    return isGiven(features) || isGiven(prediction) || isGiven(status) ? ruled : 'dropped';
  };
}
