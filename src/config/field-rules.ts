import { type Static, type TSchema, Type } from 'typebox';
import type { Path } from './node.ts';
import type { Secret } from './secret.ts';
import type { Finding } from './validate.ts';

const closed = { additionalProperties: false } as const;
const names = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 1000, description }));
const byName = <T extends TSchema>(value: T, description: string) =>
  Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 256 }), value, { description }));

/** What becomes of fields before anything is stored, for a source or a model. */
export const fieldRulesSchema = Type.Object(
  {
    keepOnly: names(
      'Features that are kept; every other one is dropped. With a `segment:` name in it, the same holds for tags.',
    ),
    drop: names('Fields that are not stored.'),
    hash: names(
      'Fields replaced by a keyed hash, so that values can still be told apart. Needs `privacy.hashKey`.',
    ),
    truncate: byName(
      Type.Integer({ minimum: 1, maximum: 256 }),
      'Fields cut to their first characters: `{zip: 3}`. Numbers are written as text first.',
    ),
    bucket: byName(
      Type.Number({ exclusiveMinimum: 0 }),
      'Numbers replaced by the lower end of a bucket of this width: `{age: 10}` makes 47 a 40. Anything else than a number is dropped.',
    ),
    edges: byName(
      Type.Array(Type.Number(), { minItems: 1, maxItems: 1000 }),
      'Numbers replaced by the bucket between these edges: `{income: [20000, 50000]}` makes them `below 20000`, `20000 to 50000` or `50000 and above`. Anything else than a number is dropped.',
    ),
    day: names('Dates replaced by their day, `2026-11-21`. Anything else than a date is dropped.'),
  },
  {
    ...closed,
    description:
      'What becomes of fields before anything is stored: names of features, `segment:country`, `score:yes`, `id`, `error`, `prediction`, `label`; `*` stands for any text. See [data-rights.md](data-rights.md).',
  },
);

/** Least length of the key of hashes: as many characters as 128 bits have in hex. */
const leastKey = 32;

type FieldRulesConfig = Static<typeof fieldRulesSchema>;

interface Ruled {
  readonly fields?: DeepReadonly<FieldRulesConfig> | undefined;
}

type DeepReadonly<T> = {
  readonly [K in keyof T]: T[K] extends object | undefined ? DeepReadonly<T[K]> : T[K];
};

interface RuledConfig {
  readonly privacy: { readonly hashKey?: Secret | undefined };
  readonly sources: readonly Ruled[];
  readonly models: Readonly<Record<string, Ruled>>;
}

/** What is wrong with field rules that satisfy the schema. */
export function fieldRuleFindings(config: RuledConfig): Finding[] {
  const { hashKey } = config.privacy;
  const all: (readonly [NonNullable<Ruled['fields']>, Path])[] = [];
  for (const [i, { fields }] of config.sources.entries())
    if (fields !== undefined) all.push([fields, ['sources', i, 'fields']]);
  for (const [name, { fields }] of Object.entries(config.models))
    if (fields !== undefined) all.push([fields, ['models', name, 'fields']]);
  const short: Finding[] =
    hashKey !== undefined && hashKey.reveal().length < leastKey
      ? [
          {
            path: ['privacy', 'hashKey'],
            rule: 'hash-key-length',
            message: `must have at least ${leastKey} characters; \`openssl rand -hex 32\` makes one`,
          },
        ]
      : [];
  return [...short, ...all.flatMap(([fields, path]) => findingsOf(fields, path, hashKey !== undefined))];
}

function findingsOf(fields: NonNullable<Ruled['fields']>, path: Path, hasKey: boolean): Finding[] {
  const found: Finding[] = [];
  if ((fields.hash?.length ?? 0) > 0 && !hasKey)
    found.push({
      path: [...path, 'hash'],
      rule: 'hash-key',
      message: 'needs privacy.hashKey, the key of the hashes',
    });
  for (const [name, edges] of Object.entries(fields.edges ?? {}))
    if (edges.some((edge, i) => i > 0 && edge <= edges[i - 1]!))
      found.push({
        path: [...path, 'edges', name],
        rule: 'field-edges',
        message: 'must go up from edge to edge',
      });
  for (const [key, name, at] of changesOf(fields)) {
    const message = wrongTarget(key, name);
    if (message !== null) found.push({ path: [...path, key, at], rule: 'field-target', message });
  }
  return found;
}

type Change = 'hash' | 'truncate' | 'bucket' | 'edges' | 'day';

function changesOf(fields: NonNullable<Ruled['fields']>): (readonly [Change, string, string | number])[] {
  const listed = (['hash', 'day'] as const).flatMap(key =>
    (fields[key] ?? []).map((name, i) => [key, name, i] as const),
  );
  const mapped = (['truncate', 'bucket', 'edges'] as const).flatMap(key =>
    Object.keys(fields[key] ?? {}).map(name => [key, name, name] as const),
  );
  return [...listed, ...mapped];
}

/** An id in a bucket would be many rows' id; a score that is no number would be refused. */
function wrongTarget(change: Change, name: string): string | null {
  if (name === 'id' && change !== 'hash')
    return 'cannot be done to an id, which must tell rows apart; hash or drop it';
  if (name.startsWith('score:') && change !== 'bucket')
    return 'cannot be done to a class score, which must stay a number; use bucket, or drop it';
  return null;
}
