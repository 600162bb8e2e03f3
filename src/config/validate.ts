import { nearest } from './nearest.ts';
import { branchOf, constantsOf, type Path, recordOf, type SchemaNode } from './node.ts';

/** Something wrong at a place of the configuration; `atKey` points at the key rather than at its value. */
export interface Finding {
  readonly path: Path;
  readonly rule: string;
  readonly message: string;
  readonly atKey?: boolean;
}

const articles: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
};

/** Everything wrong with `value` by `node`, in the order of the value, in plain sentences. Never shows a secret. */
export function validate(node: SchemaNode, value: unknown, path: Path = []): Finding[] {
  const branch = branchOf(node, value);
  if (branch === undefined) return [unknownType(node, value, path)];
  const constants = constantsOf(branch) ?? (branch.const === undefined ? null : [branch.const]);
  if (constants !== null) return constants.includes(value) ? [] : [notOneOf(constants, value, path)];
  if (!hasType(branch.type, value)) {
    const got =
      value === null
        ? 'nothing'
        : Array.isArray(value)
          ? 'a list'
          : (articles[typeof value] ?? 'another value');
    return [{ path, rule: 'type', message: `must be ${articles[branch.type ?? 'object']}, not ${got}` }];
  }
  if (branch.type === 'array') return ofList(branch, value as unknown[], path);
  if (branch.type === 'object') return ofObject(branch, value as Record<string, unknown>, path);
  const message = typeof value === 'number' ? ofNumber(branch, value) : ofText(branch, value);
  return message === null ? [] : [{ path, ...message }];
}

function hasType(type: string | undefined, value: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function unknownType(node: SchemaNode, value: unknown, path: Path): Finding {
  const types = (node.anyOf ?? []).map(branch => String(branch.properties?.type?.const));
  const type = (value as { type?: unknown } | null)?.type;
  if (type === undefined)
    return { path, rule: 'required', message: `must have a type: ${types.join(' or ')}` };
  return notOneOf(types, type, [...path, 'type']);
}

function notOneOf(allowed: readonly unknown[], value: unknown, path: Path): Finding {
  const texts = allowed.filter(item => typeof item === 'string');
  const like = nearest(String(value), texts);
  const hint = like === null ? '' : `; did you mean "${like}"?`;
  return {
    path,
    rule: 'choice',
    message: `must be ${allowed.join(', ').replace(/, ([^,]*)$/, ' or $1')}${hint}`,
  };
}

function ofList(node: SchemaNode, value: readonly unknown[], path: Path): Finding[] {
  if (value.length < (node.minItems ?? 0))
    return [{ path, rule: 'length', message: `must hold at least ${node.minItems} value(s)` }];
  if (value.length > (node.maxItems ?? Number.POSITIVE_INFINITY))
    return [{ path, rule: 'length', message: `must hold at most ${node.maxItems} values` }];
  return value.flatMap((item, index) => (node.items ? validate(node.items, item, [...path, index]) : []));
}

function ofObject(node: SchemaNode, value: Readonly<Record<string, unknown>>, path: Path): Finding[] {
  const record = recordOf(node);
  if (record !== undefined)
    return Object.entries(value).flatMap(([key, item]) => validate(record, item, [...path, key]));
  const properties = node.properties ?? {};
  const keys = Object.keys(properties);
  const found: Finding[] = [];
  for (const [key, item] of Object.entries(value)) {
    const child = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (child !== undefined) found.push(...validate(child, item, [...path, key]));
    else found.push(movedKey(node, key, path) ?? unknownKey(key, keys, path));
  }
  for (const key of node.required ?? [])
    if (value[key] === undefined && properties[key]?.default === undefined)
      found.push({ path, rule: 'required', message: `must have the key "${key}"`, atKey: true });
  return found;
}

function movedKey(node: SchemaNode, key: string, path: Path): Finding | null {
  const message = Object.hasOwn(node['x-moved'] ?? {}, key) ? node['x-moved']?.[key] : undefined;
  return message === undefined ? null : { path: [...path, key], rule: 'moved-key', message, atKey: true };
}

function unknownKey(key: string, keys: readonly string[], path: Path): Finding {
  const like = nearest(key, keys);
  const hint = like === null ? '' : `; did you mean "${like}"?`;
  const message = `is not a known key${hint} Known here: ${[...keys].sort().join(', ')}`;
  return {
    path: [...path, key],
    rule: 'unknown-key',
    message: like === null ? message.replace(' Known', '; known') : message,
    atKey: true,
  };
}

function ofNumber(node: SchemaNode, value: number): Pick<Finding, 'rule' | 'message'> | null {
  const { minimum, exclusiveMinimum, maximum } = node;
  if (minimum !== undefined && value < minimum)
    return { rule: 'range', message: `must be at least ${minimum}, not ${value}` };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return { rule: 'range', message: `must be more than ${exclusiveMinimum}, not ${value}` };
  if (maximum !== undefined && value > maximum)
    return { rule: 'range', message: `must be at most ${maximum}, not ${value}` };
  return null;
}

function ofText(node: SchemaNode, value: unknown): Pick<Finding, 'rule' | 'message'> | null {
  const text = String(value);
  if (text.length < (node.minLength ?? 0)) return { rule: 'length', message: 'must not be empty' };
  if (text.length > (node.maxLength ?? Number.POSITIVE_INFINITY))
    return { rule: 'length', message: `must have at most ${node.maxLength} characters` };
  if (node.pattern !== undefined && !new RegExp(node.pattern, 'u').test(text))
    return { rule: 'pattern', message: node.patternErrorMessage ?? `must match ${node.pattern}` };
  return null;
}
