import type { Binning } from '../domain/profile.ts';
import { type BinLookup, binOf, createBinLookup } from '../stats/bin-lookup.ts';
import { type CodedColumn, codeAbsent, codeMismatch, codeMissing, codeNan } from '../stats/profile.ts';
import { binNumbers, createTailBins, type TailBins, tailBinOf } from '../stats/tail-bins.ts';
import type { NumberEntries, RowBlock, TextEntries, Texts } from './row-block.ts';
import { statusCodeOf, subjectNames } from './subjects.ts';

/** A subject's binning, ready to give every row its bin. */
interface Coder {
  readonly subject: string;
  /** Numeric subjects. */
  readonly lookup: NumberLookup | null;
  /** Categorical subjects: bin of each kept category. */
  readonly categories: ReadonlyMap<string, number> | null;
  /** Bin numbers in all, and the first that is a sub-bin (`bins` when there are none). */
  readonly bins: number;
  readonly tails: number;
}

/** Bins of numbers: those between the edges, and the sub-bins beyond. */
interface NumberLookup {
  readonly inside: BinLookup;
  readonly outside: TailBins | null;
  /** Lowest bin above the range. */
  readonly last: number;
}

/** Binnings of a baseline, ready for rows. Subjects keep the order given. */
export interface Coding {
  readonly coders: readonly Coder[];
  readonly subjects: readonly string[];
  readonly at: ReadonlyMap<string, number>;
}

/** Prepares binnings; do it once a baseline. */
export function createCoding(binnings: readonly Binning[]): Coding {
  const coders = binnings.map(binning => {
    const numeric = binning.kind === 'numeric';
    return {
      subject: binning.subject,
      lookup: numeric ? numberLookup(binning.edges) : null,
      categories: numeric ? null : new Map(binning.categories.map((name, i) => [name, i])),
      bins: numeric ? binNumbers(binning.edges.length) : binning.categories.length + 1,
      tails: numeric ? binning.edges.length + 1 : binning.categories.length + 1,
    };
  });
  const subjects = coders.map(coder => coder.subject);
  return { coders, subjects, at: new Map(subjects.map((subject, i) => [subject, i])) };
}

function numberLookup(edges: readonly number[]): NumberLookup {
  return { inside: createBinLookup(edges), outside: createTailBins(edges), last: edges.length };
}

/** Bin of a finite number. Bins 0 and k of the edges are looked at more closely: they hold what lies beyond the range. */
function numberCode({ inside, outside, last }: NumberLookup, value: number): number {
  const bin = binOf(inside, value);
  return (bin === 0 || bin === last) && outside !== null ? tailBinOf(outside, value) : bin;
}

/** Codes the rows of a block; the columns it returns are overwritten by the next call. */
export type BlockCoder = (block: RowBlock) => readonly CodedColumn[];

/**
 * The bin of every row and subject: the one place where values meet bins, for stored rows and uploads alike. Columns
 * are made once for all blocks, because making and clearing them anew costs as much as the binning.
 */
export function createBlockCoder(coding: Coding): BlockCoder {
  let room = 0;
  let buffers: readonly CodedColumn[] = [];
  return block => {
    const { rows } = block;
    if (rows > room) {
      room = rows;
      buffers = coding.coders.map(({ bins, tails }) => ({
        codes: new Uint16Array(rows),
        values: new Float64Array(rows),
        bins,
        tails,
      }));
    }
    const columns = buffers.map(({ codes, values, bins, tails }, i) => {
      const { subject } = coding.coders[i]!;
      return {
        codes: codes.subarray(0, rows).fill(subject === subjectNames.label ? codeAbsent : codeMissing),
        values: values.subarray(0, rows).fill(0),
        bins,
        tails,
      };
    });
    codeColumns(coding, columns, block);
    return columns;
  };
}

function codeColumns(coding: Coding, columns: readonly CodedColumn[], block: RowBlock): void {
  codeNumbers({ coding, columns, prefix: subjectNames.feature }, block.num);
  codeTexts({ coding, columns, prefix: subjectNames.feature }, block.cat);
  codeNumbers({ coding, columns, prefix: subjectNames.score }, block.scores);
  const single = (subject: string, code: (coder: Coder, column: CodedColumn) => void) => {
    const i = coding.at.get(subject);
    if (i !== undefined) code(coding.coders[i]!, columns[i]!);
  };
  const everyRow = null;
  single(subjectNames.prediction, (coder, column) =>
    codeEither(coder, column, { numbers: block.prediction, texts: block.predicted, known: everyRow }),
  );
  single(subjectNames.label, (coder, column) =>
    codeEither(coder, column, { numbers: block.label, texts: block.labelled, known: block.labelKnown }),
  );
  single(subjectNames.latency, (coder, column) => codeMeasure(coder, column, block.latency));
  single(subjectNames.requestBytes, (coder, column) => codeMeasure(coder, column, block.requestBytes));
  single(subjectNames.responseBytes, (coder, column) => codeMeasure(coder, column, block.responseBytes));
  single(subjectNames.status, (coder, column) => {
    for (let row = 0; row < block.rows; row++)
      column.codes[row] = categoryCode(coder, statusCodeOf(block.status[row]!, block.failed[row]!));
  });
}

interface Target {
  readonly coding: Coding;
  readonly columns: readonly CodedColumn[];
  readonly prefix: string;
}

/** Column of each name of a dictionary, -1 where the baseline does not know it. */
function columnsOfNames({ coding, prefix }: Target, names: Texts): Int32Array {
  return Int32Array.from(names.keys, name => coding.at.get(prefix + name) ?? -1);
}

function codeNumbers(target: Target, entries: NumberEntries): void {
  const columnOf = columnsOfNames(target, entries.names);
  const { indexes } = entries.names;
  const { offsets, values } = entries;
  const { columns, coding } = target;
  const width = commonWidth(entries);
  if (width > 0) {
    const strides: Stride[] = [];
    const taken = new Set<number>();
    for (let first = 0; first < width; first++) {
      const at = columnOf[indexes[first]!]!;
      if (at < 0 || taken.has(at)) continue;
      taken.add(at);
      strides.push({ lookup: coding.coders[at]!.lookup, column: columns[at]!, first });
    }
    codeStrides(strides, values, width);
    return;
  }
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const at = columnOf[indexes[i]!]!;
      // Of a name that comes twice in a row the first counts.
      if (at < 0 || columns[at]!.codes[row] !== codeMissing) continue;
      putNumber(coding.coders[at]!, columns[at]!, { row, value: values[i]! });
    }
  }
}

/** Entries a row when every row has the same names in the same order, which is the rule; else 0. */
function commonWidth({ offsets, names }: NumberEntries): number {
  const { indexes } = names;
  const width = offsets[1] ?? 0;
  for (let row = 1; row < offsets.length; row++) if (offsets[row] !== row * width) return 0;
  for (let i = width; i < indexes.length; i++) if (indexes[i] !== indexes[i - width]) return 0;
  return width;
}

/** One feature of rows that all have the same names in the same order. */
interface Stride {
  readonly lookup: NumberLookup | null;
  readonly column: CodedColumn;
  /** Place of the feature in a row. */
  readonly first: number;
}

/** Rows binned before the next feature's turn: their values and one feature's table stay in the processor's cache. */
const tileRows = 512;

function codeStrides(strides: readonly Stride[], values: Float64Array, width: number): void {
  const rows = values.length / width;
  for (let from = 0; from < rows; from += tileRows) {
    const to = Math.min(rows, from + tileRows);
    for (const stride of strides) codeTile(stride, values, { width, from, to });
  }
}

function codeTile(
  { lookup, column, first }: Stride,
  values: Float64Array,
  { width, from, to }: { width: number; from: number; to: number },
): void {
  const { codes, values: out } = column;
  if (lookup === null) {
    codes.fill(codeMismatch, from, to);
    return;
  }
  const { inside, outside, last } = lookup;
  for (let row = from, i = from * width + first; row < to; row++, i += width) {
    const value = values[i]!;
    if (value - value === 0) {
      const bin = binOf(inside, value);
      codes[row] = (bin === 0 || bin === last) && outside !== null ? tailBinOf(outside, value) : bin;
      out[row] = value;
    } else codes[row] = codeNan;
  }
}

function putNumber(coder: Coder, column: CodedColumn, { row, value }: { row: number; value: number }): void {
  if (coder.lookup === null) column.codes[row] = codeMismatch;
  else if (Number.isFinite(value)) {
    column.codes[row] = numberCode(coder.lookup, value);
    column.values[row] = value;
  } else column.codes[row] = codeNan;
}

function codeTexts(target: Target, entries: TextEntries): void {
  const columnOf = columnsOfNames(target, entries.names);
  const { offsets, names, values } = entries;
  const { columns, coding } = target;
  const codes = coding.coders.map(coder => createTextCodes(coder, values));
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const at = columnOf[names.indexes[i]!]!;
      if (at < 0 || columns[at]!.codes[row] !== codeMissing) continue;
      columns[at]!.codes[row] = codes[at]!(values.indexes[i]!);
    }
  }
}

/** Bin of a dictionary entry, looked up once each. */
function createTextCodes(coder: Coder, texts: Texts): (index: number) => number {
  if (coder.categories === null) return () => codeMismatch;
  let codes: Int32Array | null = null;
  return index => {
    codes ??= new Int32Array(texts.keys.length).fill(-1);
    if (codes[index] === -1) codes[index] = categoryCode(coder, texts.keys[index]!);
    return codes[index]!;
  };
}

function categoryCode(coder: Coder, name: string): number {
  return coder.categories?.get(name) ?? coder.bins - 1;
}

interface EitherValue {
  readonly numbers: Float64Array;
  readonly texts: Texts;
  /** Rows that count at all; null is every row. */
  readonly known: Uint8Array | null;
}

/** Predictions and labels are a number or a class; the other one than the baseline's is a mismatch. */
function codeEither(coder: Coder, column: CodedColumn, { numbers, texts, known }: EitherValue): void {
  const ofText = createTextCodes(coder, texts);
  for (let row = 0; row < numbers.length; row++) {
    if (known !== null && known[row] === 0) continue;
    const value = numbers[row]!;
    const index = texts.indexes[row]!;
    const hasNumber = !Number.isNaN(value);
    const hasText = texts.keys[index] !== '';
    if (coder.lookup !== null && hasNumber) putNumber(coder, column, { row, value });
    else if (coder.lookup === null && hasText) column.codes[row] = ofText(index);
    else column.codes[row] = hasNumber || hasText ? codeMismatch : codeMissing;
  }
}

function codeMeasure(coder: Coder, column: CodedColumn, values: Float64Array): void {
  for (let row = 0; row < values.length; row++)
    if (!Number.isNaN(values[row]!)) putNumber(coder, column, { row, value: values[row]! });
}
