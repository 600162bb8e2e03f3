import { binOf, createBinLookup } from '../../src/stats/bin-lookup.ts';
import { numericEdges } from '../../src/stats/binning.ts';
import { cutRuns, type Run } from './cut.ts';
import { createMultinomial, type Multinomial } from './multinomial.ts';
import type { Random } from './random.ts';

/**
 * A distribution in the order of its values. `values`: finitely many. `runs`: stretches without ties and single values
 * that hold a share of their own, one after the other; as every method here looks at ranks only, the shape of a stretch
 * does not matter. `missing`: share of missing values.
 */
export interface NumericShape {
  readonly kind: 'values' | 'runs';
  readonly name: string;
  readonly shares: readonly number[];
  readonly values?: readonly number[];
  /** Which of the runs are single values. */
  readonly atoms?: readonly boolean[];
  readonly missing?: number;
  /** Tested upwards only, as latency is. */
  readonly upward?: boolean;
}

export interface CategoricalShape {
  readonly kind: 'categories';
  readonly name: string;
  readonly shares: readonly number[];
}

export type Shape = NumericShape | CategoricalShape;

/** A reference as production freezes it, and the true shares of its cells: current windows are multinomial in them. */
export interface Frozen {
  readonly reference: Float64Array;
  readonly referenceMissing: number;
  readonly missing: number;
  readonly cells: Multinomial;
}

/** Draws references of m rows: edges are cut by the rules of production from the very sample that is counted. */
export function createFreezer(shape: Shape, m: number, random: Random): () => Frozen {
  const population = createMultinomial(shape.shares, random);
  return () => {
    const missing = shape.kind === 'categories' ? 0 : (shape.missing ?? 0);
    const referenceMissing = missing > 0 ? random.binomial(m, missing) : 0;
    const counts = population.draw(m - referenceMissing);
    if (shape.kind === 'categories')
      return { reference: counts, referenceMissing, missing, cells: population };
    const cut = shape.kind === 'runs' ? cutOfRuns(shape, counts, random) : cutOfValues(shape, counts);
    const cells = createMultinomial(cut.shares, random);
    return { reference: cut.reference, referenceMissing, missing, cells };
  };
}

interface Cut {
  readonly reference: Float64Array;
  readonly shares: Float64Array;
}

function cutOfRuns({ shares, atoms }: NumericShape, counts: Float64Array, random: Random): Cut {
  const runs: Run[] = shares.map((share, i) => ({ share, count: counts[i]!, atom: atoms?.[i] ?? false }));
  return cutRuns(runs, random);
}

function cutOfValues({ values = [], shares }: NumericShape, counts: Float64Array): Cut {
  const seen = Float64Array.from(values.filter((_, i) => counts[i]! > 0));
  const lookup = createBinLookup(numericEdges(seen));
  const reference = new Float64Array(lookup.bins);
  const frozen = new Float64Array(lookup.bins);
  values.forEach((value, i) => {
    const bin = binOf(lookup, value);
    reference[bin]! += counts[i]!;
    frozen[bin]! += shares[i]!;
  });
  return { reference, shares: frozen };
}

/** Counts of a window of n rows, missing ones apart. */
export function drawWindow(
  { cells, missing }: Frozen,
  n: number,
  random: Random,
): { readonly counts: Float64Array; readonly missing: number } {
  const absent = missing > 0 ? random.binomial(n, missing) : 0;
  return { counts: cells.draw(n - absent), missing: absent };
}
