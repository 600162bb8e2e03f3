import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { LeewayError } from '../lib/errors.ts';
import { type Environment, substitute } from './environment.ts';
import { branchOf, nodeAt, type Path, pathText, recordOf, type SchemaNode } from './node.ts';
import { rules } from './rules.ts';
import { type Config, configSchema } from './schema.ts';
import { Secret } from './secret.ts';
import { type Finding, validate } from './validate.ts';

/** Something wrong with a configuration, with its place; line and column count from 1. */
export interface Problem {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** Settings that go before the file's, e.g. from the command line. */
export type ConfigOverrides = {
  readonly [K in keyof Config]?: NonNullable<Config[K]> extends object
    ? Partial<NonNullable<Config[K]>>
    : Config[K];
};

interface Reading {
  readonly config: Config | null;
  readonly problems: readonly Problem[];
}

/** Everything wrong with the text of a configuration file; empty when it can be used. */
export function checkConfig(text: string, environment: Environment = process.env): Problem[] {
  return [...read(text, {}, environment).problems];
}

/**
 * The configuration in `path` (null: the defaults alone) with `overrides` on top.
 * @throws LeewayError LW_CONFIG_UNREADABLE, LW_CONFIG_INVALID (naming every problem), LW_LISTEN_REFUSED
 */
export function loadConfig(
  path: string | null,
  overrides: ConfigOverrides = {},
  environment: Environment = process.env,
): Config {
  const { config, problems } = read(path === null ? '' : readText(path), overrides, environment);
  const [only] = problems;
  if (problems.length === 1 && only?.rule === 'listen-loopback') {
    throw new LeewayError('LW_LISTEN_REFUSED', `${only.path} ${only.message}.`);
  }
  if (config === null || problems.length > 0) {
    throw new LeewayError(
      'LW_CONFIG_INVALID',
      problems.map(p => problemText(p, path ?? 'settings')).join('\n'),
    );
  }
  return config;
}

/** One line, as compilers write it: `file:line:column: path message`. */
export function problemText(problem: Problem, file: string): string {
  const subject = problem.path === '' ? '' : `${problem.path} `;
  return `${file}:${problem.line}:${problem.column}: ${subject}${problem.message}`;
}

/** The text of a configuration file. @throws LeewayError LW_CONFIG_UNREADABLE */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LeewayError(
      'LW_CONFIG_UNREADABLE',
      `Cannot read the configuration ${path}: ${reasonOf(error)}.`,
      error,
    );
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'this user may not read it';
  return message;
}

function read(text: string, overrides: ConfigOverrides, environment: Environment): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const place = (offset: number | undefined) => {
    const at = lines.linePos(offset ?? 0);
    return { line: Math.max(at.line, 1), column: Math.max(at.col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings].map(e => ({
    ...place(e.pos[0]),
    rule: 'syntax',
    path: '',
    message: `is not YAML: ${e.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}`,
  }));
  if (syntax.length > 0) return { config: null, problems: syntax };
  const unset: Problem[] = [];
  visit(document, {
    Alias: (_, node) =>
      void unset.push({
        ...place(node.range?.[0]),
        rule: 'syntax',
        path: '',
        message: 'uses a YAML alias; write the value out',
      }),
    Scalar: (_, node) => {
      if (typeof node.value !== 'string') return;
      const filled = substitute(node.value, environment);
      for (const name of filled.missing)
        unset.push({
          ...place(node.range?.[0]),
          rule: 'environment',
          path: '',
          message: `the environment variable ${name} is not set`,
        });
      node.value = filled.text;
    },
  });
  if (unset.length > 0) return { config: null, problems: unset };
  const root = configSchema as SchemaNode;
  const given = merge(convertTexts(root, document.toJS() ?? {}), overrides);
  const located = (found: Finding): Problem => ({
    ...place(offsetOf(document.contents, found)),
    rule: found.rule,
    path: pathText(found.path),
    message: found.message,
  });
  return settle(root, given, located);
}

function settle(root: SchemaNode, given: unknown, located: (found: Finding) => Problem): Reading {
  const filled = fillDefaults(root, given);
  const found = validate(root, filled);
  if (found.length > 0) return { config: null, problems: found.map(located) };
  if (!Value.Check(configSchema, filled)) throw new Error('validate.ts let pass what the schema refuses');
  const config = hideSecrets(root, filled) as Config;
  return { config, problems: rules.flatMap(rule => rule(config)).map(located) };
}

/** Texts where the schema wants a number or a boolean (as `${PORT}` gives) become one when they can. */
function convertTexts(root: SchemaNode, value: unknown): unknown {
  const walk = (here: unknown, path: Path): unknown => {
    if (Array.isArray(here)) return here.map((item, index) => walk(item, [...path, index]));
    if (typeof here === 'object' && here !== null)
      return Object.fromEntries(Object.entries(here).map(([key, item]) => [key, walk(item, [...path, key])]));
    if (typeof here !== 'string') return here;
    const type = nodeAt(root, value, path)?.type;
    if (type === 'boolean' && /^(true|false)$/.test(here)) return here === 'true';
    return (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(here) ? Number(here) : here;
  };
  return walk(value, []);
}

/** A copy of `value` with every default of the schema in place of what is absent. */
function fillDefaults(node: SchemaNode | undefined, value: unknown): unknown {
  if (node === undefined) return value;
  const given = value === undefined ? node.default : value;
  const branch = branchOf(node, given);
  if (Array.isArray(given)) return given.map(item => fillDefaults(branch?.items, item));
  if (!isPlain(given)) return given;
  const { properties = {} } = branch ?? {};
  const record = branch && recordOf(branch);
  const entries = Object.entries(given).map(
    ([k, v]) => [k, fillDefaults(properties[k] ?? record, v)] as const,
  );
  const absent = Object.keys(properties).filter(key => !Object.hasOwn(given, key));
  const defaults = absent.map(key => [key, fillDefaults(properties[key], undefined)] as const);
  return Object.fromEntries([...entries, ...defaults.filter(([, v]) => v !== undefined)]);
}

function merge(base: unknown, over: unknown): unknown {
  if (over instanceof Secret) return over.reveal();
  if (Array.isArray(over)) return over.map(item => merge(undefined, item));
  if (base === undefined && isPlain(over)) return merge({}, over);
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over))
    if (value !== undefined) merged[key] = merge(base[key], value);
  return merged;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function hideSecrets(node: SchemaNode | undefined, value: unknown): unknown {
  const branch = node && branchOf(node, value);
  if (branch === undefined) return value;
  if (branch['x-secret'] === true && typeof value === 'string') return new Secret(value);
  if (Array.isArray(value)) return value.map(item => hideSecrets(branch.items, item));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([k, v]) => [k, hideSecrets(branch.properties?.[k] ?? recordOf(branch), v)]),
  );
}

/** Where a finding stands in the text: its key, its value, or the nearest thing around it that is there. */
function offsetOf(contents: unknown, found: Finding): number | undefined {
  let node: unknown = contents;
  let offset = (contents as Node | null)?.range?.[0];
  for (const [depth, part] of found.path.entries()) {
    const pair = isMap(node) ? node.items.find(item => keyOf(item) === part) : undefined;
    const next = isSeq(node) ? node.items[Number(part)] : pair?.value;
    if (next === undefined || isAlias(next)) return offset;
    const key = isPair(pair) && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    const last = depth === found.path.length - 1;
    const value = (next as Node | null)?.range?.[0];
    offset = last && found.atKey !== true ? (value ?? key) : (key ?? value);
    node = next;
  }
  return offset;
}

function keyOf(pair: Pair<unknown, unknown>): unknown {
  return isScalar(pair.key) ? pair.key.value : undefined;
}
