import { LeewayError } from '../lib/errors.ts';
import { fitsGlob } from '../lib/glob.ts';
import { createFieldHash } from './field-hash.ts';
import { createRowRules, type FieldRules, type RowRules } from './field-rules.ts';

/** The field rules of one source, or of the HTTP door. */
export interface FieldRuling {
  /** Rules for rows of a model, '' when it is not known; null: nothing is changed. */
  of(model: string): RowRules | null;
  /** Whether rules depend on the model: then nothing is kept of a row whose model is not known. */
  readonly byModel: boolean;
  readonly hash: (text: string) => string;
}

export interface RulingOptions {
  /** Rules of the source; undefined: none. */
  readonly source?: FieldRules | undefined;
  /** Rules by model name or pattern, first that fits. */
  readonly models: readonly (readonly [pattern: string, rules: FieldRules | undefined])[];
  /** Key of the hashes; '' where there is none, and nothing may be hashed. */
  readonly key: string;
}

/**
 * Null when no rule is configured at all. The source's rules come first, the model's after them.
 *
 * @throws LeewayError LW_CONFIG_INVALID for a hash rule without a key: anybody could test a guess.
 */
export function createFieldRuling({ source, models, key }: RulingOptions): FieldRuling | null {
  const byModel = models.some(([, rules]) => rules !== undefined);
  if (source === undefined && !byModel) return null;
  const hashes = [source, ...models.map(([, rules]) => rules)].some(rules => (rules?.hash?.length ?? 0) > 0);
  if (key === '' && hashes)
    throw new LeewayError('LW_CONFIG_INVALID', 'fields.hash needs privacy.hashKey, the key of the hashes');
  const hash = createFieldHash(key);
  const ready = (rules: FieldRules | undefined): RowRules | null => {
    const sets = [source, rules].filter(set => set !== undefined);
    return sets.length === 0 ? null : createRowRules(sets, hash);
  };
  const own = models.map(([pattern, rules]) => ({ pattern, rules: ready(rules) }));
  const others = ready(undefined);
  let last: { readonly model: string; readonly rules: RowRules | null } | null = null;
  return {
    byModel,
    hash,
    of: model => {
      if (last?.model === model) return last.rules;
      const found = own.find(({ pattern }) => fitsGlob(pattern, model));
      last = { model, rules: found === undefined ? others : found.rules };
      return last.rules;
    },
  };
}
