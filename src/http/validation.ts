import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

interface Property {
  readonly type?: string;
  readonly default?: unknown;
}

/** Texts of a query as the schema's numbers and booleans where they are such; the others are left to be refused. */
function convertTexts(schema: TSchema, value: unknown): unknown {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, Property>> };
  const entries = Object.entries(value ?? {}).map(([key, text]) => [
    key,
    convert(properties[key]?.type, text),
  ]);
  return Value.Default(schema, Object.fromEntries(entries));
}

function convert(type: string | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if ((type === 'integer' || type === 'number') && /^-?\d{1,17}(\.\d{1,17})?$/.test(text))
    return Number(text);
  if (type === 'boolean' && /^(true|false|1|0)$/.test(text)) return text === 'true' || text === '1';
  return text;
}

type Validated = { value: unknown } | { error: Error };

/** Validator of one part of a request, for Fastify: TypeBox, so that there is one judge of schemas in Leeway. */
export function compileValidator(schema: TSchema, part: string | undefined): (value: unknown) => Validated {
  const check = Compile(schema);
  const documentationOnly = (schema as { 'x-bytes'?: boolean })['x-bytes'] === true;
  return given => {
    if (documentationOnly) return { value: given };
    const value = part === 'body' ? given : convertTexts(schema, given);
    if (check.Check(value)) return { value };
    return { error: new Error(sentence(Value.Errors(schema, value))) };
  };
}

interface Issue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: unknown;
}

/** The first issue; of a value that fits none of several forms, all of these. */
function sentence(issues: readonly Issue[]): string {
  const [first] = issues;
  if (first === undefined) return 'is not valid';
  const place = first.instancePath.slice(1).replaceAll('/', '.');
  if (first.message === 'schema is false') return `has the unknown key "${place.slice(0, 64)}"`;
  const forms = issues.filter(
    ({ keyword, instancePath }) => keyword === first.keyword && instancePath === first.instancePath,
  );
  const what = first.keyword === 'const' ? `must be ${alternatives(forms)}` : first.message;
  return place === '' ? what : `${place} ${what}`;
}

function alternatives(forms: readonly Issue[]): string {
  return forms
    .map(({ params }) => JSON.stringify((params as { allowedValue: unknown }).allowedValue))
    .join(' or ');
}
