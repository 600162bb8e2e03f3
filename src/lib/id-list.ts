import { LeewayError } from './errors.ts';

/** Longest id, characters. */
const mostCharacters = 128;

/**
 * Ids of a file: one a line, as text or as JSON (`"a"`, `{"id": "a"}`, whatever else the object holds). Blank lines are
 * passed over, an id that comes twice is given once.
 *
 * @throws LeewayError with `code`, naming the line and never what stands in it
 */
export function parseIdList(text: string, code: 'LW_FILE_INVALID' | 'LW_BODY_INVALID'): string[] {
  const ids = new Set<string>();
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const id = idOf(trimmed);
    if (typeof id !== 'string') throw new LeewayError(code, `Line ${i + 1} ${id.wrong}.`);
    ids.add(id);
  }
  return [...ids];
}

function idOf(line: string): string | { readonly wrong: string } {
  const value = /^["{]/.test(line) ? parsed(line) : line;
  if (value === undefined) return { wrong: 'begins as JSON and is none' };
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value;
  if (typeof id === 'number' && !Number.isSafeInteger(id))
    return { wrong: 'holds an id that is no integer below 2^53; put it between quotes' };
  if (typeof id !== 'string' && typeof id !== 'number') return { wrong: 'holds no id' };
  const text = String(id);
  return text === '' || Array.from(text).length > mostCharacters
    ? { wrong: `holds an id that is empty or longer than ${mostCharacters} characters` }
    : text;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
