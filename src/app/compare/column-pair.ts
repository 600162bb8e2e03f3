import { idLikeRows, numberIsIdLike, textIsIdLike } from '../../profile/id-like.ts';
import type { ColumnValues, FileColumn } from '../../store/file-columns.ts';
import type { NumberSample, TextSample } from './column-profile.ts';

/** A column of two files, and how it can be compared. */
export type ColumnPair =
  | { readonly kind: 'numeric'; readonly reference: NumberSample; readonly current: NumberSample }
  | { readonly kind: 'categorical'; readonly reference: TextSample; readonly current: TextSample }
  /** Numbers in one file and text in the other. */
  | { readonly kind: 'changed'; readonly before: string; readonly now: string }
  | { readonly kind: 'aside'; readonly reason: string };

/** What is known of the column besides its values. */
export interface PairContext {
  readonly types: { readonly reference: FileColumn['type']; readonly current: FileColumn['type'] };
  /** It was asked for by name, so it is compared even when it looks like an identifier. */
  readonly named: boolean;
}

/**
 * Decides how a column is compared. Texts beside numbers count as numbers when at least half of them are written as one
 * (a file of text has no types); the others are mismatches then. Columns without a value, with one value only, and
 * identifiers are set aside.
 */
export function pairOf(reference: ColumnValues, current: ColumnValues, context: PairContext): ColumnPair {
  const values = [valuesOf(reference), valuesOf(current)] as const;
  if (values[0] === 0 && values[1] === 0) return { kind: 'aside', reason: 'no value in either file' };
  const numeric = [reference, current].some(side => side.kind === 'number' && valuesOf(side) > 0);
  const pair = numeric ? numbersOf(reference, current) : textsOf(reference, current, context);
  if (pair.kind === 'changed' || pair.kind === 'aside') return pair;
  const constant = constantOf(pair);
  if (constant !== null) return { kind: 'aside', reason: `constant: ${constant} in every row of both files` };
  const reason = context.named ? null : identifierOf(pair);
  return reason === null ? pair : { kind: 'aside', reason };
}

function valuesOf(side: ColumnValues): number {
  return side.kind === 'number' ? side.values.length : sumOf(side.counts);
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

function numbersOf(reference: ColumnValues, current: ColumnValues): ColumnPair {
  const before = asNumbers(reference);
  const now = asNumbers(current);
  if (before !== null && now !== null) return { kind: 'numeric', reference: before, current: now };
  return { kind: 'changed', before: typeText(reference), now: typeText(current) };
}

function typeText({ kind }: ColumnValues): string {
  return kind === 'number' ? 'numbers' : 'text';
}

/** null when most of the values are no numbers. */
function asNumbers(side: ColumnValues): NumberSample | null {
  if (side.kind === 'number') return { values: side.values, missing: side.missing, mismatches: 0 };
  const total = sumOf(side.counts);
  const values = new Float64Array(total);
  let filled = 0;
  for (const [text, count] of side.counts) {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isNaN(value)) continue;
    values.fill(value, filled, filled + count);
    filled += count;
  }
  if (filled * 2 < total) return null;
  return { values: values.subarray(0, filled), missing: side.missing, mismatches: total - filled };
}

function textsOf(reference: ColumnValues, current: ColumnValues, { types }: PairContext): ColumnPair {
  const boolean = types.reference === 'boolean' || types.current === 'boolean';
  return {
    kind: 'categorical',
    reference: asTexts(reference, boolean),
    current: asTexts(current, boolean),
  };
}

/** Booleans of one file may be written as `True` in the other. */
function asTexts(side: ColumnValues, boolean: boolean): TextSample {
  // A side of numbers without any value has only missing ones.
  if (side.kind === 'number') return { counts: new Map(), missing: side.missing };
  if (!boolean) return side;
  const counts = new Map<string, number>();
  for (const [text, count] of side.counts) {
    const name = /^(?:true|false)$/i.test(text) ? text.toLowerCase() : text;
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return { counts, missing: side.missing };
}

type Comparable = Extract<ColumnPair, { kind: 'numeric' | 'categorical' }>;

/** The only value of both files; null when there are several, or missing ones. */
function constantOf(pair: Comparable): string | null {
  if (pair.reference.missing + pair.current.missing > 0) return null;
  if (pair.kind === 'categorical') {
    const [first, ...others] = new Set([...pair.reference.counts.keys(), ...pair.current.counts.keys()]);
    return first === undefined || others.length > 0 ? null : `"${first}"`;
  }
  if (pair.reference.mismatches + pair.current.mismatches > 0) return null;
  const first = pair.reference.values[0] ?? pair.current.values[0]!;
  const same = (value: number) => value === first;
  return pair.reference.values.every(same) && pair.current.values.every(same) ? String(first) : null;
}

function identifierOf(pair: Comparable): string | null {
  if (pair.kind === 'numeric') {
    const { values } = pair.reference;
    if (values.length < idLikeRows || !values.every(Number.isInteger)) return null;
    const rows = Float64Array.from(values.keys());
    return numberIsIdLike(values, rows) ? 'an identifier: whole numbers that count the rows' : null;
  }
  const { reference, current } = pair;
  const reason = 'an identifier: nearly every row has another text';
  if (textIsIdLike(reference.counts, sumOf(reference.counts))) return reason;
  const both = new Map([...reference.counts, ...current.counts]);
  // Too few rows to tell by the reference alone.
  const total = sumOf(reference.counts) + sumOf(current.counts);
  return sumOf(reference.counts) < idLikeRows && textIsIdLike(both, total) ? reason : null;
}
