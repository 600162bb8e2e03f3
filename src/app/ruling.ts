import type { Config, SourceConfig } from '../config/schema.ts';
import { createFieldHash, hashId } from '../decode/field-hash.ts';
import { createFieldRuling, type FieldRuling } from '../decode/field-ruling.ts';

/** Field rules of a source, or of rows that come by HTTP or in a file: those of the models alone. Null: none at all. */
export function rulingOf(config: Config, source?: Pick<SourceConfig, 'fields'>): FieldRuling | null {
  return createFieldRuling({
    source: source?.fields,
    models: Object.entries(config.models).map(([pattern, { fields }]) => [pattern, fields] as const),
    key: config.privacy.hashKey?.reveal() ?? '',
  });
}

/** Whether rows that come by HTTP may be under rules. */
export function hasModelRules({ models }: Pick<Config, 'models'>): boolean {
  return Object.values(models).some(({ fields }) => fields !== undefined);
}

/** The forms an id may have in the store. */
export interface IdForms {
  /** Forms in which rows may have been stored, under these rules or earlier ones. */
  readonly stored: readonly string[];
  /** Forms in which a record with this id would come in now. */
  readonly coming: readonly string[];
}

/**
 * The forms of an id as a person knows it. Where every row of the model has its id hashed, the id itself is not among
 * those that come in, so that nothing of it has to be remembered.
 */
export function idForms(config: Config): (model: string, id: string) => IdForms {
  const key = config.privacy.hashKey?.reveal();
  if (key === undefined) return (_, id) => ({ stored: [id], coming: [id] });
  const hash = createFieldHash(key);
  const rulings = [rulingOf(config), ...config.sources.map(source => rulingOf(config, source))];
  return (model, id) => {
    const hashed = hashId(hash, id);
    const hashes = rulings.map(ruling => ruling?.of(model)?.of('id')?.hash === true);
    return {
      stored: [id, hashed],
      coming: [...(hashes.includes(false) ? [id] : []), ...(hashes.includes(true) ? [hashed] : [])],
    };
  };
}
