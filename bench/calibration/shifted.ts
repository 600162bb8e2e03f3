import { normalIsf, normalSf } from '../../src/stats/normal.ts';
import { createFreezer, type Frozen } from './frozen.ts';
import { createMultinomial, type Multinomial } from './multinomial.ts';
import type { Random } from './random.ts';

/** Distribution function of the changed variable; the reference is standard normal. */
export type Changed = (x: number) => number;

export const below = (x: number) => normalSf(-x);

/** Windows to draw for one reference, so that they are nearly independent: a tenth of its rows, at most ten windows. */
export function windowsEach(n: number, m: number): number {
  return Math.min(10, Math.max(1, Math.floor(m / n / 10)));
}

/** A standard normal reference as production freezes it, with the places of its edges. */
export interface NormalReference {
  readonly frozen: Frozen;
  /** Upper borders of all cells but the last, in standard deviations. */
  readonly edges: Float64Array;
  /** Windows of a changed variable in the same cells. */
  windows(changed: Changed): Multinomial;
}

export function createNormalReferences(m: number, random: Random): () => NormalReference {
  const freeze = createFreezer({ kind: 'runs', name: 'normal', shares: [1] }, m, random);
  return () => {
    const frozen = freeze();
    const edges = edgesOf(frozen.cells.shares);
    return { frozen, edges, windows: changed => createMultinomial(sharesOf(edges, changed), random) };
  };
}

function edgesOf(shares: ArrayLike<number>): Float64Array {
  const edges = new Float64Array(shares.length - 1);
  let beyond = 1;
  for (let i = 0; i < edges.length; i++) {
    beyond -= shares[i]!;
    edges[i] = normalIsf(Math.min(1 - 1e-15, Math.max(1e-15, beyond)));
  }
  return edges;
}

function sharesOf(edges: Float64Array, changed: Changed): Float64Array {
  const shares = new Float64Array(edges.length + 1);
  let before = 0;
  for (let i = 0; i < edges.length; i++) {
    const at = changed(edges[i]!);
    shares[i] = Math.max(0, at - before);
    before = at;
  }
  shares[edges.length] = Math.max(0, 1 - before);
  return shares;
}

/** Largest difference in mass over all intervals: the share of rows that moved, when the densities cross at most twice. */
export function movedShare(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  let most = 0;
  for (const sign of [1, -1]) {
    let run = 0;
    for (let i = 0; i < current.length; i++) {
      run = Math.max(0, run + sign * (current[i]! - reference[i]!));
      most = Math.max(most, run);
    }
  }
  return most;
}
