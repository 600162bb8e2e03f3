import { categoricalTest } from '../../src/stats/categorical-test.ts';
import type { TestResult } from '../../src/stats/combine.ts';
import { numericTest, upwardTest } from '../../src/stats/numeric-test.ts';
import { createFreezer, drawWindow, type Frozen, type Shape } from './frozen.ts';
import { createRandom } from './random.ts';

export const levels = [1e-2, 1e-3, 1e-4, 1e-5] as const;

/** How often the test of one shape at one pair of sizes fired with nothing changed. */
export interface NullCell {
  readonly shape: string;
  readonly n: number;
  readonly m: number;
  readonly repeats: number;
  /** By level. */
  readonly hits: readonly number[];
  /** Which component decided where p <= 1e-3. */
  readonly by: Readonly<Record<string, number>>;
  /** Measured a second time, because the first time it stood out. */
  readonly again: boolean;
}

/** The test that production uses for this kind of subject. */
export function testOf(
  shape: Shape,
  frozen: Frozen,
  window: { readonly counts: Float64Array; readonly missing: number },
): TestResult {
  if (shape.kind === 'categories') return categoricalTest(window.counts, frozen.reference);
  if (shape.upward === true) return upwardTest(window.counts, frozen.reference);
  if (frozen.missing === 0) return numericTest(window.counts, frozen.reference);
  const missing = { current: window.missing, reference: frozen.referenceMissing };
  return numericTest(window.counts, frozen.reference, missing);
}

/** Names the generator of a second look. */
export const remeasured = ', again';

/** A new reference for every window, so that repeats are independent. */
export function measureNull(
  shape: Shape,
  sizes: { readonly n: number; readonly m: number },
  repeats: number,
  tag = '',
): NullCell {
  const { n, m } = sizes;
  const random = createRandom(`type one, ${shape.name}, ${n}, ${m}${tag}`);
  const freeze = createFreezer(shape, m, random);
  const hits = levels.map(() => 0);
  const by: Record<string, number> = {};
  for (let repeat = 0; repeat < repeats; repeat++) {
    const frozen = freeze();
    const found = testOf(shape, frozen, drawWindow(frozen, n, random));
    for (let level = 0; level < levels.length && found.p <= levels[level]!; level++) hits[level]! += 1;
    if (found.p <= 1e-3 && found.by !== null) by[found.by] = (by[found.by] ?? 0) + 1;
  }
  return { shape: shape.name, n, m, repeats, hits, by, again: tag === remeasured };
}
