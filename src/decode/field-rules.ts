import { fitsGlob } from '../lib/glob.ts';
import { type BucketWidth, bucketValue } from './field-bucket.ts';

/**
 * What becomes of the fields of a row before anything of it is stored. A name is a feature (`income`, `feature:income`),
 * a tag (`segment:country`), a class score (`score:yes`), or `id`, `error`, `prediction`, `label`; `*` stands for any
 * text. A rule for `address` holds for `address.street` and `address[0]` too.
 */
export interface FieldRules {
  /** Features that are kept, all others are dropped; with a `segment:` name among them the same holds for tags. */
  readonly keepOnly?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  /** Replaced by a keyed hash. */
  readonly hash?: readonly string[] | undefined;
  /** Cut to so many characters. */
  readonly truncate?: Readonly<Record<string, number>> | undefined;
  /** Replaced by the lower end of a bucket of this width, by the bucket between edges, by the day. */
  readonly bucket?: Readonly<Record<string, number>> | undefined;
  readonly edges?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly day?: readonly string[] | undefined;
}

/** A value that is one thing: what rules change. */
export type Scalar = string | number | bigint | boolean;

/** What rules do to one field. */
export interface Treatment {
  readonly drop: boolean;
  /** Buckets, then cuts, rule set by rule set; undefined leaves the field out. */
  readonly changes: readonly ((value: Scalar) => Scalar | undefined)[];
  readonly hash: boolean;
}

/** Rules that hold for a row, made ready. */
export interface RowRules {
  /** What is done to a field, by its full name (`feature:income`); null leaves it as it is. */
  of(name: string): Treatment | null;
  /** The value after the treatment; undefined leaves the field out. */
  treat(treatment: Treatment, value: Scalar): Scalar | undefined;
}

/** Names remembered with what is done to them; beyond, each is looked up again. */
const mostRemembered = 10_000;
const single: readonly string[] = ['id', 'error', 'prediction', 'label'];
const prefixed = /^(feature|segment|score):/;

/** The full name that a rule means: `income` is `feature:income`, `*` every feature. */
export function fullNameOf(given: string): string {
  return prefixed.test(given) || single.includes(given) ? given : `feature:${given}`;
}

/**
 * Makes rules ready. Of several sets (a source's, then a model's) each takes its part: what one drops is dropped; then
 * buckets and cuts, set after set; last the hash, once.
 *
 * @param hash the keyed hash of a text
 */
export function createRowRules(sets: readonly FieldRules[], hash: (text: string) => string): RowRules {
  const compiled = sets.map(compile);
  const known = new Map<string, Treatment | null>();
  return {
    of: name => {
      const before = known.get(name);
      if (before !== undefined) return before;
      const found = treatmentOf(compiled, name);
      if (known.size < mostRemembered) known.set(name, found);
      return found;
    },
    treat: (treatment, given) => {
      if (treatment.drop) return undefined;
      let value: Scalar | undefined = given;
      for (const change of treatment.changes) {
        if (value === undefined) return undefined;
        value = change(value);
      }
      return value === undefined || !treatment.hash ? value : hash(String(value));
    },
  };
}

interface Compiled {
  /** Patterns of what is kept, by the part of the row they speak of; null keeps everything there. */
  readonly kept: Readonly<Record<string, readonly string[] | null>>;
  readonly drop: readonly string[];
  readonly hash: readonly string[];
  readonly bucket: readonly (readonly [string, BucketWidth])[];
  readonly truncate: readonly (readonly [string, number])[];
}

function compile(rules: FieldRules): Compiled {
  const kept = rules.keepOnly?.map(name => (prefixed.test(name) ? name : `feature:${name}`)) ?? null;
  const of = (prefix: string) => kept?.filter(name => name.startsWith(prefix)) ?? [];
  return {
    kept: {
      feature: kept === null ? null : of('feature:'),
      segment: of('segment:').length > 0 ? of('segment:') : null,
    },
    drop: (rules.drop ?? []).map(fullNameOf),
    hash: (rules.hash ?? []).map(fullNameOf),
    bucket: [
      ...Object.entries<BucketWidth>({ ...rules.bucket, ...rules.edges }),
      ...(rules.day ?? []).map(name => [name, 'day'] as const),
    ].map(([name, width]) => [fullNameOf(name), width] as const),
    truncate: Object.entries(rules.truncate ?? {}).map(([name, most]) => [fullNameOf(name), most] as const),
  };
}

function treatmentOf(sets: readonly Compiled[], name: string): Treatment | null {
  const names = [name, ...outerNames(name)];
  const fits = (pattern: string) => names.some(each => fitsGlob(pattern, each));
  const part = prefixed.exec(name)?.[1] ?? '';
  const drop = sets.some(set => {
    const kept = set.kept[part] ?? null;
    return set.drop.some(fits) || (kept !== null && !kept.some(fits));
  });
  const changes = sets.flatMap(set => {
    const width = set.bucket.find(([pattern]) => fits(pattern))?.[1];
    const most = set.truncate.find(([pattern]) => fits(pattern))?.[1];
    return [
      ...(width === undefined ? [] : [(value: Scalar) => bucketValue(value, width)]),
      ...(most === undefined ? [] : [(value: Scalar) => cut(String(value), most)]),
    ];
  });
  const hash = sets.some(set => set.hash.some(fits));
  return drop || hash || changes.length > 0 ? { drop, changes, hash } : null;
}

/** `feature:a.b[0]` lies in `feature:a.b` and `feature:a`. */
function outerNames(name: string): string[] {
  const outer: string[] = [];
  const from = name.indexOf(':') + 1;
  for (let i = name.length - 1; i > from; i--)
    if (name[i] === '.' || name[i] === '[') outer.push(name.slice(0, i));
  return outer;
}

/** The first characters (code points) of a text. */
function cut(text: string, most: number): string {
  return text.length <= most
    ? text
    : Array.from(text.slice(0, 2 * most))
        .slice(0, most)
        .join('');
}
