/** A JSON pointer, parsed: the names and indexes on the way. */
export type Pointer = readonly string[];

/** Parses a JSON pointer (RFC 6901): '' is the whole row, `/a/0/b~1c` steps down. Null when it is not one. */
export function parsePointer(text: string): Pointer | null {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return null;
  return text
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value a pointer leads to, or undefined. Sees own properties only. */
export function resolve(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const part of pointer) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(part)) return undefined;
    if (!Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}
