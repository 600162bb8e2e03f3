import { binOf, createBinLookup } from '../../src/stats/bin-lookup.ts';
import { numericEdges } from '../../src/stats/binning.ts';
import { normalIsf, normalSf } from '../../src/stats/normal.ts';
import type { Random } from './random.ts';

/** Correlation of any two features. */
export const correlation = 0.6;
/** Steps of the factor that all features of a row share. */
const factorBits = 6;
/** Equally likely values of a feature, given the factor. */
const valueBits = 12;
/** Fine cells of equal mass that a feature's value falls into, before it is binned. */
const cells = 512;

/** What a feature looks like: cut into equal-mass bins, or few values, or one value that holds most rows, or categories. */
export type FeatureKind = 'continuous' | 'integers' | 'zeros' | 'categories';

export interface Feature {
  readonly kind: FeatureKind;
  /** Whether the topmost five cells (1 % of the rows) are missing values. */
  readonly missing: boolean;
}

/** Features of one model with frozen bins; `width` columns hold the bins of the widest, the last column is missing. */
export interface Binned {
  readonly features: readonly Feature[];
  readonly width: number;
  /** Bins of each feature, missing left out. */
  readonly bins: readonly number[];
  /** Column of each fine cell, features one after the other. */
  readonly columns: Uint8Array;
}

/**
 * Fine cell by factor step and value step. Given the factor, features are independent: the joint law is that of
 * equicorrelated normals with the factor rounded to 64 steps and the rest to 4,096.
 */
export function createCellTable(): Uint16Array {
  const factors = 1 << factorBits;
  const steps = 1 << valueBits;
  const table = new Uint16Array(factors * steps);
  const share = Math.sqrt(correlation);
  const rest = Math.sqrt(1 - correlation);
  for (let factor = 0; factor < factors; factor++) {
    const common = normalIsf((factor + 0.5) / factors);
    for (let step = 0; step < steps; step++) {
      const value = share * common + rest * normalIsf((step + 0.5) / steps);
      table[factor * steps + step] = Math.min(cells - 1, Math.floor(normalSf(-value) * cells));
    }
  }
  return table;
}

/** Adds rows to the counts of one hour or of a reference: `columns` chooses the column of each feature's fine cell. */
export function countRows(
  rows: number,
  { table, columns, features, width }: Counting,
  into: Int32Array,
  { at, random }: { readonly at: number; readonly random: Random },
): void {
  const mask = (1 << valueBits) - 1;
  for (let row = 0; row < rows; row++) {
    const from = (random.bits() >>> (32 - factorBits)) << valueBits;
    for (let feature = 0; feature < features; feature += 2) {
      const bits = random.bits();
      const one = table[from + (bits & mask)]!;
      into[at + feature * width + columns[feature * cells + one]!]! += 1;
      if (feature + 1 === features) continue;
      const two = table[from + ((bits >>> valueBits) & mask)]!;
      into[at + (feature + 1) * width + columns[(feature + 1) * cells + two]!]! += 1;
    }
  }
}

export interface Counting {
  readonly table: Uint16Array;
  readonly columns: ArrayLike<number>;
  readonly features: number;
  readonly width: number;
}

/** Counts a reference of m rows and freezes the bins from it: continuous features by the rules of production. */
export function freezeBins(
  features: readonly Feature[],
  {
    table,
    m,
    most,
    random,
  }: { readonly table: Uint16Array; readonly m: number; readonly most: number; readonly random: Random },
): { readonly binned: Binned; readonly reference: Int32Array } {
  const fine = new Int32Array(features.length * cells);
  const identity = Uint16Array.from({ length: fine.length }, (_, i) => i % cells);
  countRows(m, { table, columns: identity, features: features.length, width: cells }, fine, {
    at: 0,
    random,
  });
  const width = most + 4;
  const columns = new Uint8Array(fine.length);
  const bins = features.map((feature, i) => {
    const of = columnsOf(feature, fine.subarray(i * cells, (i + 1) * cells), most);
    of.forEach((column, cell) => (columns[i * cells + cell] = column === missingColumn ? width - 1 : column));
    return Math.max(...of) + 1;
  });
  const reference = new Int32Array(features.length * width);
  fine.forEach((count, i) => (reference[Math.floor(i / cells) * width + columns[i]!]! += count));
  return { binned: { features, width, bins, columns }, reference };
}

const missingColumn = -1;
/** Upper ends of eight integers and of ten categories with Zipf shares, as shares of the rows. */
const integerEnds = zipfEnds(8);
const categoryEnds = zipfEnds(10);

function zipfEnds(k: number): number[] {
  const weights = Array.from({ length: k }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map(weight => (sum += weight / total));
}

function columnsOf({ kind, missing }: Feature, counts: Int32Array, most: number): number[] {
  const isMissing = (cell: number) => missing && cell >= cells - 5;
  const values = Array.from(counts, (_, cell) => valueOf(kind, cell));
  if (kind === 'integers' || kind === 'categories')
    return values.map((value, cell) => (isMissing(cell) ? missingColumn : value));
  const sample: number[] = [];
  counts.forEach((count, cell) => {
    if (!isMissing(cell)) for (let i = 0; i < count; i++) sample.push(values[cell]!);
  });
  const lookup = createBinLookup(numericEdges(Float64Array.from(sample), most));
  return values.map((value, cell) => (isMissing(cell) ? missingColumn : binOf(lookup, value)));
}

function valueOf(kind: FeatureKind, cell: number): number {
  const below = (cell + 0.5) / cells;
  if (kind === 'integers') return integerEnds.findIndex(end => below < end);
  if (kind === 'categories') return categoryEnds.findIndex(end => below < end);
  return kind === 'zeros' ? Math.max(0, cell - 0.7 * cells) : cell;
}
