import type { DecodeLimits } from './options.ts';
import { type Refusal, refuse } from './refusal.ts';

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;

/** A key with its value and comma takes at least this many bytes: `"":0,`. */
const bytesPerKey = 5;

/** Values a row may have for each of the keys it may have: long lists cost time and become no subject. */
const valuesPerKey = 25;

/**
 * Whether one row keeps its bounds, decided before it is parsed. Most rows are cleared by counting their brackets
 * (native search, a tenth of a microsecond); the others are scanned byte by byte. Never recurses.
 */
export function checkBounds(bytes: Uint8Array, text: string, limits: DecodeLimits): Refusal | null {
  const small = bytes.length <= limits.textBytes && bytes.length <= limits.keys * bytesPerKey;
  if (small && countUpTo(text, '{', limits.depth) + countUpTo(text, '[', limits.depth) <= limits.depth) {
    return null;
  }
  return scan(bytes, limits);
}

/** Occurrences of `character`, counted no further than `most` + 1. */
function countUpTo(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1)) {
    count++;
  }
  return count;
}

function scan(bytes: Uint8Array, limits: DecodeLimits): Refusal | null {
  let depth = 0;
  let keys = 0;
  let commas = 0;
  const values = limits.keys * valuesPerKey;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) {
      const end = endOfText(bytes, i);
      if (end - i - 1 > limits.textBytes) {
        return refuse('text-too-long', `a text has more than ${limits.textBytes} bytes`);
      }
      i = end;
    } else if (byte === colon) {
      if (++keys > limits.keys) return refuse('too-many-keys', `the row has more than ${limits.keys} keys`);
    } else if (byte === comma) {
      if (++commas >= values) return refuse('too-many-keys', `the row has more than ${values} values`);
    } else if (isOpen(byte)) {
      if (++depth > limits.depth) {
        return refuse('too-deep', `objects and arrays are nested more than ${limits.depth} deep`);
      }
    } else if (isClose(byte)) {
      depth--;
    }
  }
  return null;
}

/** Index of the quote that ends the text which begins at `start`, or the length when it never ends. */
export function endOfText(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) return i;
    if (byte === backslash) i++;
  }
  return bytes.length;
}

/** `{` or `[`. */
export function isOpen(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}

/** `}` or `]`. */
export function isClose(byte: number | undefined): boolean {
  return byte === 0x7d || byte === 0x5d;
}
