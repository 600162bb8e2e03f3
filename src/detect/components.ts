import { categoricalTest, categoricalWeights } from '../stats/categorical-test.ts';
import { combine, type TestResult } from '../stats/combine.ts';
import { numericTest, numericWeights, upwardTest } from '../stats/numeric-test.ts';
import { minLeverage } from '../stats/polynomial-scores.ts';
import type { WindowTests } from './window-noise.ts';

/** Counts of one subject's cells in the window and in the reference. */
export interface CellCounts {
  readonly current: ArrayLike<number>;
  readonly reference: ArrayLike<number>;
}

/** A test result and, of its cells, the one that decided where there are several. */
export interface Decided extends TestResult {
  /** Name of the stream behind component `cell`, e.g. `cell:3`, `unseen`, `missing`; null where it is not known. */
  readonly cell: string | null;
}

/** Components of the numeric test: from counts alone, or against the stream's own past where that is known. */
export function numericComponents(cells: CellCounts, tests: WindowTests | null): TestResult {
  if (tests === null) return numericTest(cells.current, cells.reference);
  const found: Record<string, number> = {};
  for (const name of ['z1', 'z2', 'z3', 'z4']) {
    const test = bears(cells, tests, name) ? tests.score(name) : null;
    if (test !== null) found[name] = test.p;
  }
  const atom = found['z1'] === undefined ? tests.share('atom') : null;
  if (atom !== null) found['atom'] = atom.p;
  const tail = leastOf(tests, name => name.startsWith('tail:'));
  if (tail !== null) found['tail'] = Math.min(1, tail.p * tail.of);
  return combine(found, numericWeights);
}

/** Components of the upward test (latency): only a rise counts. */
export function upwardComponents(cells: CellCounts, tests: WindowTests | null): TestResult {
  if (tests === null) return upwardTest(cells.current, cells.reference);
  const found: Record<string, number> = {};
  const location = bears(cells, tests, 'z1') ? tests.score('z1') : null;
  if (location !== null) found['z1'] = location.z > 0 ? location.p / 2 : 1 - location.p / 2;
  const tail = leastOf(tests, name => name.startsWith('tail:1:'), true);
  if (tail !== null) found['tail'] = Math.min(1, tail.p * tail.of);
  return combine(found, numericWeights);
}

/** Components of the categorical test. `current` and `reference` end with unseen values and missing ones. */
export function categoricalComponents(cells: CellCounts, tests: WindowTests | null): Decided {
  if (tests === null) return { ...categoricalTest(cells.current, cells.reference), cell: null };
  const least = leastOf(tests, name => name !== 'mismatch');
  if (least === null) return { ...combine({}, categoricalWeights), cell: null };
  return { ...combine({ cell: Math.min(1, least.p * least.of) }, categoricalWeights), cell: least.name };
}

function bears({ current, reference }: CellCounts, tests: WindowTests, name: string): boolean {
  const spec = tests.specs.find(s => s.name === name);
  if (spec === undefined || spec.kurtosis === 0) return false;
  const [n, m] = [sumOf(current), sumOf(reference)];
  return n > 0 && m > 0 && (n * m) / (n + m) / spec.kurtosis >= minLeverage;
}

/** Smallest p of several shares, and how many there were. */
function leastOf(
  tests: WindowTests,
  wanted: (name: string) => boolean,
  upward = false,
): { readonly p: number; readonly of: number; readonly name: string } | null {
  let least: { p: number; name: string } | null = null;
  let of = 0;
  for (const { name } of tests.specs) {
    if (!wanted(name)) continue;
    const test = tests.share(name);
    if (test === null) continue;
    of += 1;
    const p = upward && test.z <= 0 ? 1 : test.p;
    if (least === null || p < least.p) least = { p, name };
  }
  return least === null ? null : { ...least, of };
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}
