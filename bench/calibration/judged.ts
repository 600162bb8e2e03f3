import { categoricalEffect } from '../../src/stats/effect-categorical.ts';
import { orderedEffect } from '../../src/stats/effect-ordered.ts';
import { shareEffect } from '../../src/stats/effect-share.ts';
import { bodyTolerance, rareTolerance } from '../../src/stats/verdict.ts';

/** Tolerances at which somebody is paged, where a policy says nothing else. */
export const pagingTolerance = { body: 0.1, rare: 0.02 } as const;

/** A numeric or categorical window beside its reference, missing values apart. */
export interface Pair {
  readonly kind: 'numeric' | 'categorical';
  readonly current: ArrayLike<number>;
  readonly reference: ArrayLike<number>;
  readonly missing?: { readonly current: number; readonly reference: number };
}

/** The effect that belongs to the component that decided, and whether it meets the default and the paging tolerance. */
export function effectBy(
  by: string | null,
  pair: Pair,
): { readonly effect: number; readonly matters: boolean; readonly pages: boolean } {
  const rare = by === 'null' || by === 'tail' || by === 'atom' || by === 'cell';
  const effect = Math.abs(estimateBy(by, pair));
  return {
    effect,
    matters: effect >= (rare ? rareTolerance : bodyTolerance),
    pages: effect >= (rare ? pagingTolerance.rare : pagingTolerance.body),
  };
}

function estimateBy(by: string | null, { kind, current, reference, missing }: Pair): number {
  if (by === 'null' && missing !== undefined) {
    const n = rowsOf(current) + missing.current;
    const m = rowsOf(reference) + missing.reference;
    return shareEffect(missing.current, n, missing.reference, m).estimate;
  }
  const effect =
    kind === 'numeric' ? orderedEffect(current, reference) : categoricalEffect(current, reference);
  return effect.estimate;
}

function rowsOf(counts: ArrayLike<number>): number {
  let rows = 0;
  for (let i = 0; i < counts.length; i++) rows += counts[i]!;
  return rows;
}
