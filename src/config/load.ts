import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { LeewayError } from '../lib/errors.ts';
import { type ConfigText, type Problem, readDocument } from './document.ts';
import type { Environment } from './environment.ts';
import { isPlain, merge, mergeDocuments, originOf } from './merge.ts';
import { branchOf, nodeAt, type Path, pathText, recordOf, type SchemaNode } from './node.ts';
import { rules } from './rules.ts';
import { type Config, configSchema } from './schema.ts';
import { Secret } from './secret.ts';
import { type Finding, validate } from './validate.ts';

export type { Problem } from './document.ts';

/** Settings that go before the file's, e.g. from the command line. */
export type ConfigOverrides = {
  readonly [K in keyof Config]?: NonNullable<Config[K]> extends object
    ? Partial<NonNullable<Config[K]>>
    : Config[K];
};

/** What the files say together. */
interface Reading {
  readonly config: Config | null;
  readonly problems: readonly Problem[];
  /** Where a value comes from: `file:line`, `command line` or `default`. */
  readonly origin: (path: Path) => string;
  /** Something else that was found wrong with a value, with its place. */
  readonly place: (found: Finding) => Problem;
}

/** A configuration that can be used, and where each value of it comes from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origin: Reading['origin'];
}

/** Everything wrong with the text of a configuration file; empty when it can be used. */
export function checkConfig(text: string, environment: Environment = process.env): Problem[] {
  return [...read([{ file: '', text }], {}, environment).problems];
}

/** What several files say together, and everything wrong with them. @throws LeewayError LW_CONFIG_UNREADABLE */
export function readConfig(paths: readonly string[], environment: Environment = process.env): Reading {
  return read(readTexts(paths), {}, environment);
}

/**
 * The configuration in `paths` (one file, several of which later ones win, or directories of them; null: the defaults
 * alone) with `overrides` on top.
 * @throws LeewayError LW_CONFIG_UNREADABLE, LW_CONFIG_INVALID (naming every problem)
 */
export function loadConfig(
  paths: string | readonly string[] | null,
  overrides: ConfigOverrides = {},
  environment: Environment = process.env,
): Config {
  const list = paths === null ? [] : typeof paths === 'string' ? [paths] : paths;
  return loadWithOrigins(list, overrides, environment).config;
}

/** As loadConfig, and where each value comes from. */
export function loadWithOrigins(
  paths: readonly string[],
  overrides: ConfigOverrides = {},
  environment: Environment = process.env,
): LoadedConfig {
  const { config, problems, origin } = read(readTexts(paths), overrides, environment);
  if (config === null || problems.length > 0)
    throw new LeewayError('LW_CONFIG_INVALID', problems.map(p => problemText(p)).join('\n'));
  return { config, origin };
}

/** One line, as compilers write it: `file:line:column: path message`. */
export function problemText(problem: Problem, file: string = problem.file): string {
  const subject = problem.path === '' ? '' : `${problem.path} `;
  return `${file}:${problem.line}:${problem.column}: ${subject}${problem.message}`;
}

/** The texts of files, in order; of a directory every `*.yaml` and `*.yml` in it, by name. */
function readTexts(paths: readonly string[]): ConfigText[] {
  return paths.flatMap(filesOf).map(file => ({ file, text: readText(file) }));
}

function filesOf(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path).filter(name => /^[^.].*\.ya?ml$/.test(name));
  if (names.length === 0)
    throw new LeewayError('LW_CONFIG_UNREADABLE', `The directory ${path} holds no .yaml or .yml file.`);
  return names.sort().map(name => join(path, name));
}

/** The text of a configuration file. @throws LeewayError LW_CONFIG_UNREADABLE */
function readText(path: string): string {
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

const noFile: ConfigText = { file: 'settings', text: '' };

function read(texts: readonly ConfigText[], overrides: ConfigOverrides, environment: Environment): Reading {
  const documents = (texts.length === 0 ? [noFile] : texts).map(text => readDocument(text, environment));
  const overridden = (path: Path) => path.reduce<unknown>(valueAt, overrides) !== undefined;
  const origin = (path: Path) => {
    if (overridden(path)) return 'command line';
    const { exact, file, line } = originOf(documents, path);
    return exact && path.length > 0 ? `${file}:${line}` : 'default';
  };
  const unusable = documents.flatMap(({ problems }) => problems);
  const located = (found: Finding): Problem => {
    const { file, line, column } = originOf(documents, found.path, found.atKey);
    return {
      file,
      line,
      column,
      rule: found.rule,
      path: pathText(found.path),
      message: found.message,
    };
  };
  if (unusable.length > 0) return { config: null, problems: unusable, origin, place: located };
  const root = configSchema as unknown as SchemaNode;
  const given = merge(convertTexts(root, mergeDocuments(documents)), overrides);
  return { ...settle(root, given, located), origin, place: located };
}

function valueAt(value: unknown, key: string | number): unknown {
  return isPlain(value) || Array.isArray(value)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

function settle(
  root: SchemaNode,
  given: unknown,
  located: (found: Finding) => Problem,
): Pick<Reading, 'config' | 'problems'> {
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
    const node = nodeAt(root, value, path);
    const type = (node && branchOf(node, here))?.type;
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
