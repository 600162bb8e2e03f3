import { applyFieldRules } from './field-apply.ts';
import { type Fields, isGiven } from './fields.ts';
import type { DecodeOptions } from './options.ts';

/**
 * Applies the rules of a row's model to its fields. Null asks for the exact parse of the row; `dropped` says that
 * nothing but a label was there, and that the rules drop it.
 */
export type FieldRuler = (fields: Fields, exact: boolean) => Fields | 'dropped' | null;

export function createFieldRuler(options: DecodeOptions): FieldRuler {
  const { ruling } = options;
  if (ruling === null) return fields => fields;
  return (fields, exact) => {
    const rules = ruling.of(modelOf(fields, options));
    if (rules === null) return fields;
    const ruled = applyFieldRules(fields, { rules, hash: ruling.hash, exact });
    if (ruled === null || !isGiven(fields.label) || isGiven(ruled.label)) return ruled;
    const { features, prediction, status } = fields;
    return isGiven(features) || isGiven(prediction) || isGiven(status) ? ruled : 'dropped';
  };
}

/** The model a row names, before it is checked; '' when it is not known. */
export function modelOf({ model }: Fields, options: DecodeOptions): string {
  if (options.model !== '') return options.model;
  return typeof model === 'string' || typeof model === 'number' || typeof model === 'bigint'
    ? String(model)
    : '';
}
