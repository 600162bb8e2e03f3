import type { BinnedPair } from '../cells.ts';
import { divergenceMeasures } from './divergence-measures.ts';
import type { Measure } from './measure.ts';
import { numericMeasures } from './numeric-measures.ts';
import { testMeasures } from './test-measures.ts';

export type { Measure } from './measure.ts';

/** Every measure that is computed and shown, and that a policy may name. */
export const measures: readonly Measure[] = [...divergenceMeasures, ...numericMeasures, ...testMeasures];

const byName: ReadonlyMap<string, Measure> = new Map(measures.map(measure => [measure.name, measure]));

/**
 * Finds a measure by the name a policy writes.
 *
 * @param name - such as `psi`, `jensen-shannon`, `wasserstein-sd`
 * @returns undefined when there is none
 * @example
 * measureNamed('psi').title // => 'Population stability index'
 */
export function measureNamed(name: string): Measure | undefined {
  return byName.get(name);
}

/**
 * All measures that apply to a pair, by name.
 *
 * @param pair - counts of both samples
 * @returns a number each; NaN where undefined, Infinity where a Kullback-Leibler divergence is
 *
 * Complexity: O(cells) for each of some twenty measures.
 * @example
 * const pair = { kind: 'categorical', values: [], current: [40, 60], reference: [50, 50], currentMissing: 0, referenceMissing: 0 };
 * measureAll(pair)['total-variation'] // 0.1
 */
export function measureAll(pair: BinnedPair): Record<string, number> {
  const found: Record<string, number> = {};
  for (const measure of measures)
    if (measure.kinds.includes(pair.kind)) found[measure.name] = measure.of(pair);
  return found;
}
