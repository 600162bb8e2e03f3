/**
 * The rows that every tool of the comparison reads: references, and windows that follow the reference or a change of it.
 *
 * Raw little-endian arrays, one a column: float64 for numbers (not-a-number is a missing value), uint16 for categories
 * (`c<number>` is the value). So no tool reads a rounded number, and none depends on a parser. The seed decides every
 * byte; `manifest.json` beside the arrays says what is there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One column of the windows. `of` names the reference column that it is compared with. */
export interface Column {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  readonly of: string;
  /** In words; absent: nothing is wrong with the column. */
  readonly change?: string;
}

export interface Manifest {
  readonly seed: number;
  readonly columns: readonly Column[];
  /** Independent repeats: each has a reference of the largest size; a smaller one is its beginning. */
  readonly repeats: number;
  readonly references: readonly number[];
  /** Windows of each size in a repeat. */
  readonly windows: readonly { readonly rows: number; readonly count: number }[];
}

export interface StreamOptions {
  readonly seed: number;
  readonly repeats: number;
  readonly windowsEach: number;
}

const references = [5_000, 50_000];
const windowRows = [100, 200, 500, 1_000, 5_000];

const baseColumns: readonly Column[] = [
  { name: 'normal', kind: 'numeric', of: 'normal' },
  { name: 'lognormal', kind: 'numeric', of: 'lognormal' },
  { name: 'zeros', kind: 'numeric', of: 'zeros' },
  { name: 'poisson', kind: 'numeric', of: 'poisson' },
  { name: 'missing', kind: 'numeric', of: 'missing' },
  { name: 'zipf10', kind: 'categorical', of: 'zipf10' },
  { name: 'zipf30', kind: 'categorical', of: 'zipf30' },
  { name: 'zipf100', kind: 'categorical', of: 'zipf100' },
];

const changedColumns: readonly Column[] = [
  { name: 'mean01', kind: 'numeric', of: 'normal', change: 'mean + .1 sd' },
  { name: 'mean03', kind: 'numeric', of: 'normal', change: 'mean + .3 sd' },
  { name: 'scale11', kind: 'numeric', of: 'normal', change: 'scale x 1.1' },
  { name: 'outliers', kind: 'numeric', of: 'normal', change: '1 % of rows at + 6 sd' },
  { name: 'missing1', kind: 'numeric', of: 'normal', change: 'missing values 0 to 1 %' },
  { name: 'newcat', kind: 'categorical', of: 'zipf10', change: 'new category, 1 % of rows' },
];

/** Names of the columns as they are written in the table. */
export const columnTitles: Readonly<Record<string, string>> = {
  normal: 'normal',
  lognormal: 'lognormal',
  zeros: '70 % zeros, rest lognormal',
  poisson: 'Poisson 3',
  missing: 'normal, 0.5 % missing',
  zipf10: '10 categories, Zipf',
  zipf30: '30 categories, Zipf',
  zipf100: '100 categories, Zipf',
};

/** Category that no reference has. */
const newCategory = 999;

/** Writes references and windows below `directory`. */
export function writeStreams(directory: string, { seed, repeats, windowsEach }: StreamOptions): Manifest {
  const windows = windowRows.map(rows => ({ rows, count: windowsEach }));
  const columns = [...baseColumns, ...changedColumns];
  const manifest = { seed, columns, repeats, references, windows };
  mkdirSync(directory, { recursive: true });
  for (let repeat = 0; repeat < repeats; repeat++) {
    const draw = createDraw(seed * 1_000_003 + repeat);
    writeColumns(join(directory, `${repeat}-reference`), baseRows(draw, Math.max(...references)));
    for (const { rows, count } of windows) {
      const base = baseRows(draw, rows * count);
      writeColumns(join(directory, `${repeat}-${rows}`), { ...base, ...changedRows(draw, base) });
    }
  }
  writeFileSync(join(directory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Two samples of 20 columns for the measurement of time: 18 numeric ones and two of 50 categories. */
export function writeTimed(directory: string, seed: number, rows: number): void {
  const draw = createDraw(seed);
  for (const sample of ['timed-reference', 'timed-current']) {
    const columns: Rows = {};
    for (let i = 0; i < 18; i++)
      columns[`n${i}`] = fill(rows, () => (i % 2 === 0 ? draw.normal() : Math.exp(draw.normal())));
    const category = zipf(draw, 50);
    for (let i = 0; i < 2; i++) columns[`k${i}`] = Uint16Array.from({ length: rows }, category);
    writeColumns(join(directory, sample), columns);
  }
}

type Rows = Record<string, Float64Array | Uint16Array>;

function writeColumns(directory: string, columns: Rows): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, values] of Object.entries(columns))
    writeFileSync(join(directory, name), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function baseRows(draw: Draw, rows: number): Rows {
  const columns: Rows = {
    normal: fill(rows, draw.normal),
    lognormal: fill(rows, () => Math.exp(draw.normal())),
    zeros: fill(rows, () => (draw.uniform() < 0.7 ? 0 : Math.exp(draw.normal()))),
    poisson: fill(rows, () => draw.poisson(3)),
    missing: fill(rows, () => (draw.uniform() < 0.005 ? Number.NaN : draw.normal())),
  };
  for (const categories of [10, 30, 100])
    columns[`zipf${categories}`] = Uint16Array.from({ length: rows }, zipf(draw, categories));
  return columns;
}

/** The changes act on the rows of the unchanged columns, so that a window and its changed twin share their noise. */
function changedRows(draw: Draw, base: Rows): Rows {
  const normal = base['normal'] as Float64Array;
  return {
    mean01: normal.map(value => value + 0.1),
    mean03: normal.map(value => value + 0.3),
    scale11: normal.map(value => value * 1.1),
    outliers: normal.map(value => (draw.uniform() < 0.01 ? value + 6 : value)),
    missing1: normal.map(value => (draw.uniform() < 0.01 ? Number.NaN : value)),
    newcat: (base['zipf10'] as Uint16Array).map(value => (draw.uniform() < 0.01 ? newCategory : value)),
  };
}

function fill(rows: number, value: () => number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) values[i] = value();
  return values;
}

/** Draws category k of `categories` with a chance in proportion to 1 / (k + 1). */
function zipf(draw: Draw, categories: number): () => number {
  const upTo = new Float64Array(categories);
  let sum = 0;
  for (let k = 0; k < categories; k++) upTo[k] = sum += 1 / (k + 1);
  return () => {
    const wanted = draw.uniform() * sum;
    return upTo.findIndex(bound => wanted < bound);
  };
}

interface Draw {
  /** In [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly poisson: (mean: number) => number;
}

/** Numbers from a seed: xoshiro128**, seeded by splitmix32; normal by the polar method, Poisson by Knuth's product. */
function createDraw(seed: number): Draw {
  const uniform = createUniform(seed);
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  const poisson = (mean: number): number => {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  };
  return { uniform, normal, poisson };
}

function createUniform(seed: number): () => number {
  let mixed = seed >>> 0;
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let value = mixed;
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  };
  const s = Uint32Array.of(next(), next(), next(), next());
  const turn = (value: number, by: number): number => ((value << by) | (value >>> (32 - by))) >>> 0;
  const word = (): number => {
    const result = Math.imul(turn(Math.imul(s[1]!, 5) >>> 0, 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = turn(s[3]!, 11);
    return result;
  };
  return () => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 0x20000000000000;
}
