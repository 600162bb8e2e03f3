import type { ConfigDocument, Place } from './document.ts';
import type { Path } from './node.ts';
import { Secret } from './secret.ts';

/** `over` on top of `base`: mappings are merged key by key, everything else, lists too, replaces what was there. */
export function merge(base: unknown, over: unknown): unknown {
  if (over instanceof Secret) return over.reveal();
  if (Array.isArray(over)) return over.map(item => merge(undefined, item));
  if (base === undefined && isPlain(over)) return merge({}, over);
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    // A plain assignment to `__proto__` would set the prototype instead of a key.
    if (value !== undefined)
      Object.defineProperty(merged, key, {
        value: merge(Object.hasOwn(base, key) ? base[key] : undefined, value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return merged;
}

/** Whether it is a mapping of keys to values. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** The value of all documents together; later ones win. */
export function mergeDocuments(documents: readonly ConfigDocument[]): unknown {
  return documents.reduce<unknown>((merged, { value }) => merge(merged, value), {});
}

/** Where the merged value at a path comes from, or the nearest thing around it; `exact` is false for the latter. */
export interface Origin extends Place {
  readonly exact: boolean;
}

/**
 * Finds the document that a path of the merged value comes from: the last that holds it, among those that come after
 * the last one which replaced something on the way (a list, a text).
 */
export function originOf(documents: readonly ConfigDocument[], path: Path, atKey = false): Origin {
  let first = 0;
  let best = documents.length - 1;
  let depth = 0;
  for (let length = 1; length <= path.length; length++) {
    const prefix = path.slice(0, length);
    const kinds = documents.map(document => document.at(prefix));
    const last = kinds.findLastIndex((kind, index) => index >= first && kind !== 'absent');
    if (last < 0) break;
    best = last;
    depth = length;
    const replacing = kinds.findLastIndex((kind, index) => index >= first && kind === 'other');
    if (replacing >= 0) first = replacing;
  }
  return { ...documents[best]!.place(path, atKey), exact: depth === path.length };
}
