import { endOfText, isClose, isOpen } from './bounds.ts';

const comma = 0x2c;
const newline = 0x0a;

/** The four white-space bytes of JSON. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Index of the first byte at or after `from` that is not white space; the length when there is none. */
export function skipSpace(bytes: Uint8Array, from = 0): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at++;
  return at;
}

/** Index behind the JSON value that begins at `start` with a bracket; -1 when it never ends. */
export function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) i = endOfText(bytes, i);
    else if (isOpen(byte)) depth++;
    else if (isClose(byte) && --depth === 0) return i + 1;
  }
  return -1;
}

/**
 * The elements of a JSON array as byte ranges, so that each is parsed, bounded and refused by itself. Null when the
 * array does not end, or something follows it. Finds no more than `most` + 1 elements. Never recurses.
 */
export function splitArray(bytes: Uint8Array, most: number): readonly Uint8Array[] | null {
  const open = skipSpace(bytes);
  const items: Uint8Array[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      i = endOfText(bytes, i);
    } else if (isOpen(byte)) {
      depth++;
    } else if (isClose(byte)) {
      if (--depth > 0) continue;
      if (byte !== 0x5d || skipSpace(bytes, i + 1) < bytes.length) return null;
      const last = bytes.subarray(start, i);
      if (items.length > 0 || skipSpace(last) < last.length) items.push(last);
      return items;
    } else if (byte === comma && depth === 1) {
      items.push(bytes.subarray(start, i));
      if (items.length > most) return items;
      start = i + 1;
    }
  }
  return null;
}

/** The lines that hold more than white space. Finds no more than `most` + 1. */
export function splitLines(bytes: Uint8Array, most: number): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length && lines.length <= most; ) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (skipSpace(line) < line.length) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** The bytes behind a leading UTF-8 byte order mark, which many tools on Windows write. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
