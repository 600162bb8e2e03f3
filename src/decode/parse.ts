/**
 * A parsed JSON value. `bigint` is an integer literal beyond 2^53 whose digits are kept; only `parseExact` gives it.
 */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Markers put in place of what JSON cannot say. A lone surrogate cannot stand in valid UTF-8, and escaped ones are
 * repaired in the same pass, so no payload can spell a marker.
 */
const nanMark = '\ud800';
const bigMark = '\ud801';

/** Integer literals of fewer digits are always exact; those of more are infinite as a number and stay so. */
const exactDigits = 16;
const finiteDigits = 309;

/** An escaped surrogate, half of a pair or alone. */
const surrogateEscape = /\\u[dD][89a-fA-F]/;

/** Parses JSON; undefined when the text is not JSON even with bare NaN and infinities. */
export function parse(text: string): Json | undefined {
  // Python writes NaN bare, often in every record: not meeting JSON.parse's exception saves several microseconds.
  if (text.includes('NaN')) return parseExact(text);
  try {
    const value = JSON.parse(text) as Json;
    return text.includes('\\u') && surrogateEscape.test(text) ? parseExact(text) : value;
  } catch {
    return parseExact(text);
  }
}

/**
 * The slow, exact way: bare `NaN`, `Infinity` and `-Infinity` become those numbers, integer literals beyond 2^53
 * become bigint, escaped lone surrogates become U+FFFD. Undefined when the text is not JSON even so.
 */
export function parseExact(text: string): Json | undefined {
  try {
    return unmark(JSON.parse(rewrite(text)) as Json);
  } catch {
    return undefined;
  }
}

/** Rewrites the tokens above outside strings, and lone surrogates inside. One pass, linear. */
function rewrite(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  const replace = (from: number, to: number, by: string) => {
    parts.push(text.slice(copied, from), by);
    copied = to;
  };
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = rewriteString(text, i + 1, replace);
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39) || code === 0x4e || code === 0x49) {
      const end = endOfToken(text, i);
      const by = rewriteToken(text.slice(i, end));
      if (by !== null) replace(i, end, by);
      i = end;
    } else {
      i++;
    }
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Index behind the string whose content begins at `start`. */
function rewriteString(
  text: string,
  start: number,
  replace: (from: number, to: number, by: string) => void,
): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code !== 0x5c) continue;
    const unit = escapedUnit(text, i);
    if (unit < 0xd800 || unit > 0xdfff) {
      i++;
    } else if (unit <= 0xdbff && isLowSurrogate(escapedUnit(text, i + 6))) {
      i += 11;
    } else {
      replace(i, i + 6, '\\ufffd');
      i += 5;
    }
  }
  return text.length;
}

/** Code unit of the escape `\uXXXX` at `at`, or -1 when there is none. */
function escapedUnit(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5c || text.charCodeAt(at + 1) !== 0x75) return -1;
  const digits = text.slice(at + 2, at + 6);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Index behind the run of letters, digits, signs and points that begins at `start`. */
function endOfToken(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && isTokenCode(text.charCodeAt(i))) i++;
  return i;
}

function isTokenCode(code: number): boolean {
  const letter = code | 0x20;
  return (
    (code >= 0x30 && code <= 0x39) ||
    (letter >= 0x61 && letter <= 0x7a) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e
  );
}

function rewriteToken(token: string): string | null {
  if (token === 'NaN') return `"${nanMark}"`;
  if (token === 'Infinity') return '1e999';
  if (token === '-Infinity') return '-1e999';
  if (token.length < exactDigits || token.length > finiteDigits || !/^-?(?:0|[1-9]\d*)$/.test(token))
    return null;
  return Number.isSafeInteger(Number(token)) ? null : `"${bigMark}${token}"`;
}

/** Replaces markers by what they stand for, in place. Recurses as deep as the row, which is bounded. */
function unmark(value: Json): Json {
  if (typeof value === 'string') {
    if (value === nanMark) return Number.NaN;
    return value.startsWith(bigMark) ? BigInt(value.slice(1)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value as Json[];
    for (let i = 0; i < items.length; i++) items[i] = unmark(items[i] as Json);
    return value;
  }
  // JSON.parse gives every key, `__proto__` too, as an own property, so writing it back changes no prototype.
  const object = value as Record<string, Json>;
  for (const key of Object.keys(object)) object[key] = unmark(object[key] as Json);
  return value;
}
