import type { CsvRecord } from './file-csv.ts';

/** What the cells of a column are. */
export type CellKind = 'number' | 'boolean' | 'text';

/** Learns the kinds of columns from all records of a file. */
export interface KindReader {
  see(record: Pick<CsvRecord, 'cells' | 'quoted'>): void;
  kinds(): CellKind[];
}

const number = /^\s*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|nan|inf|infinity)\s*$/i;
const boolean = /^(?:true|false)$/i;
const absent = /^(?:|NA|N\/A|null|NULL|None|\\N)$/;

/**
 * A column is of numbers when every cell that is not empty is one, of booleans when each is true or false, else of text.
 * A number in quotes is text (`"007"`), unless the file puts quotes around everything: then they say nothing.
 */
export function createKindReader(columns: number): KindReader {
  const all: CellKind[] = ['number', 'boolean', 'text'];
  /** By what is still possible when quotes count, and when they do not. */
  const strict = Array.from({ length: columns }, () => new Set(all));
  const lax = Array.from({ length: columns }, () => new Set(all));
  const seen = Array.from({ length: columns }, () => false);
  let bare = false;
  return {
    see: ({ cells, quoted }) => {
      for (let i = 0; i < columns; i++) {
        const cell = cells[i] ?? '';
        if (isAbsent(cell, quoted[i] === true)) continue;
        seen[i] = true;
        if (quoted[i] !== true) bare = true;
        else strict[i]!.delete('number');
        if (lax[i]!.has('number') && !number.test(cell)) forget('number', strict[i]!, lax[i]!);
        if (lax[i]!.has('boolean') && !boolean.test(cell)) forget('boolean', strict[i]!, lax[i]!);
      }
    },
    kinds: () =>
      (bare ? strict : lax).map((left, i) => (seen[i] === true ? all.find(kind => left.has(kind))! : 'text')),
  };
}

function forget(kind: CellKind, ...sets: readonly Set<CellKind>[]): void {
  for (const set of sets) set.delete(kind);
}

/** An empty cell, or one of the words programs write for "none", is a missing value. */
function isAbsent(cell: string, quoted: boolean): boolean {
  return quoted ? cell === '' : absent.test(cell);
}

/** Value of a cell; undefined when it is missing. */
export function valueOf(cell: string, quoted: boolean, kind: CellKind): unknown {
  if (isAbsent(cell, quoted)) return undefined;
  if (kind === 'text') return cell;
  if (kind === 'boolean') return cell.toLowerCase() === 'true';
  const text = cell.trim().toLowerCase();
  if (text.includes('n') && /^[+-]?(?:nan|inf)/.test(text))
    return text.includes('nan') ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
