import { LeewayError } from '../lib/errors.ts';
import { fileBytes } from './file-lines.ts';

/** One record of a CSV file. */
export interface CsvRecord {
  /** Line of the file where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Whether each cell stood in quotes. */
  readonly quoted: readonly boolean[];
}

/** Most characters of one record: a quote that is never closed would otherwise take the rest of the file. */
const longestRecord = 1024 * 1024;

/**
 * Records of a CSV file (RFC 4180): cells in quotes may hold separators and line ends, a quote in them is doubled.
 * Separated by commas, or by semicolons or tabs where the first line holds those and no comma. Empty lines are passed
 * over. The first record is the header.
 *
 * @throws LeewayError LW_FILE_INVALID for bytes that are not UTF-8 and for a quote that does not end.
 */
export async function* csvRecords(path: string): AsyncGenerator<CsvRecord> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let line = 1;
  let separator = '';
  for await (const chunk of withEnd(fileBytes(path))) {
    text += decode(path, decoder, chunk);
    const last = chunk === null;
    if (separator === '') {
      if (!last && !text.includes('\n')) continue;
      separator = separatorOf(text);
    }
    let at = 0;
    while (at < text.length) {
      const found = readRecord(text, at, separator);
      if (found === null || (found.end === text.length && !last && !text.endsWith('\n'))) break;
      if (!isEmpty(found)) yield { line, cells: found.cells, quoted: found.quoted };
      line += found.lines;
      at = found.end;
    }
    text = text.slice(at);
    if (text.length > longestRecord || (last && text.length > 0))
      throw new LeewayError(
        'LW_FILE_INVALID',
        `${path}, line ${line}: a quoted cell that begins here does not end`,
      );
  }
}

async function* withEnd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  yield* chunks;
  yield null;
}

function decode(
  path: string,
  decoder: Pick<InstanceType<typeof TextDecoder>, 'decode'>,
  chunk: Buffer | null,
): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${path} is not UTF-8: convert it first (iconv -t utf-8)`,
      error,
    );
  }
}

/** The comma, unless the first line holds none and semicolons or tabs. */
function separatorOf(text: string): string {
  const [head = ''] = text.replaceAll(/"(?:[^"]|"")*"/g, '').split(/\r?\n/, 1);
  if (head.includes(',')) return ',';
  return [';', '\t'].find(one => head.includes(one)) ?? ',';
}

interface Found {
  readonly cells: string[];
  readonly quoted: boolean[];
  /** Index behind the record's line end. */
  readonly end: number;
  /** Lines it takes. */
  readonly lines: number;
}

/** The record that begins at `start`; null when it does not end in the text. */
function readRecord(text: string, start: number, separator: string): Found | null {
  const cells: string[] = [];
  const quoted: boolean[] = [];
  let at = start;
  let lines = 1;
  for (;;) {
    const cell = text.charCodeAt(at) === 0x22 ? readQuoted(text, at) : readPlain(text, at, separator);
    if (cell === null) return null;
    // What follows an end quote up to the separator belongs to the cell, as spreadsheets read it.
    const tail = cell.quoted ? readPlain(text, cell.end, separator) : null;
    cells.push(tail === null ? cell.text : cell.text + tail.text);
    quoted.push(cell.quoted);
    lines += cell.lines;
    at = tail?.end ?? cell.end;
    if (text.startsWith(separator, at)) {
      at += separator.length;
      continue;
    }
    if (text.charCodeAt(at) === 0x0d) at++;
    if (at >= text.length) return { cells, quoted, end: text.length, lines };
    return { cells, quoted, end: at + 1, lines };
  }
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
  readonly end: number;
  readonly lines: number;
}

function readPlain(text: string, start: number, separator: string): Cell {
  let end = start;
  const stop = separator.charCodeAt(0);
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === stop || code === 0x0a) break;
  }
  const cut =
    text.charCodeAt(end - 1) === 0x0d && text.charCodeAt(end) === 0x0a && end > start ? end - 1 : end;
  return { text: text.slice(start, cut), quoted: false, end: cut, lines: 0 };
}

/** A cell in quotes, up to its end quote and the spaces behind it. */
function readQuoted(text: string, start: number): Cell | null {
  let content = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return null;
    content += text.slice(from, quote);
    if (text.charCodeAt(quote + 1) !== 0x22) {
      const lines = content.includes('\n') ? content.split('\n').length - 1 : 0;
      return { text: content, quoted: true, end: endOfQuoted(text, quote + 1), lines };
    }
    content += '"';
    from = quote + 2;
  }
}

/** Spaces behind an end quote are passed over. */
function endOfQuoted(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === 0x20) end++;
  return end;
}

function isEmpty({ cells, quoted }: Found): boolean {
  return cells.length === 1 && cells[0]!.trim() === '' && quoted[0] === false;
}
