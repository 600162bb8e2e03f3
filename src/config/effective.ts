import { type Path, pathText } from './node.ts';
import type { Config } from './schema.ts';
import { Secret } from './secret.ts';

/** One value of a configuration. */
export interface Setting {
  readonly path: Path;
  /** `channels[ops].url`: items of a list that have names are told by them. */
  readonly name: string;
  /** As it may be shown: secrets are `<secret>`. */
  readonly shown: string;
  /** Tells values apart, secrets too. Never to be shown. */
  readonly identity: string;
}

/** Every value of a configuration, in the order of the schema; lists of plain values are one value. */
export function settingsOf(config: Config): Setting[] {
  return walk(config, [], '');
}

function walk(value: unknown, path: Path, name: string): Setting[] {
  if (value === undefined) return [];
  if (value instanceof Secret) return [{ path, name, shown: '<secret>', identity: value.reveal() }];
  if (Array.isArray(value)) {
    const plain = value.every(item => typeof item !== 'object' || item instanceof Secret);
    if (!plain)
      return value.flatMap((item, index) => walk(item, [...path, index], itemName(name, value, index)));
    const identity = JSON.stringify(value.map(item => (item instanceof Secret ? item.reveal() : item)));
    return [{ path, name, shown: shortText(JSON.stringify(value)), identity }];
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return [{ path, name, shown: '{}', identity: '{}' }];
    return entries.flatMap(([key, item]) => walk(item, [...path, key], name === '' ? key : `${name}.${key}`));
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // Of no use to anybody who reads along.
  if (path.at(-1) === 'hash') return [{ path, name, shown: '<hash>', identity: text }];
  return [{ path, name: name === '' ? pathText(path) : name, shown: shortText(text), identity: text }];
}

/** By name where every item has one of its own, so that an item put in between moves no other. */
function itemName(list: string, items: readonly unknown[], index: number): string {
  const names = items.map(item => (item as { name?: unknown } | null)?.name);
  const named = names.every(name => typeof name === 'string') && new Set(names).size === names.length;
  return `${list}[${named ? String(names[index]) : index}]`;
}

/** Addresses may carry tokens behind their host. */
function shortText(text: string): string {
  const bare = text.replaceAll(/(https?:\/\/[^/\s"?#]+)[/?#][^\s"]+/g, '$1/...');
  return bare.length > 200 ? `${bare.slice(0, 200)}...` : bare;
}
