import { type OrderedEffect, orderedEffect } from '../stats/effect-ordered.ts';
import { shareEffect } from '../stats/effect-share.ts';
import { tailSets } from '../stats/tail-sets.ts';

/**
 * Effect of a numeric subject in ordered cells. Where the tails decided, the share that came into the tail itself, if
 * that is larger: one row in a hundred far out is lost among the intervals that `orderedEffect` has to allow for when
 * the reference is small, though the exact test of the tail is beyond doubt.
 *
 * @param by - component that decided
 */
export function effectBy(
  by: string | null,
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): OrderedEffect {
  const whole = orderedEffect(current, reference);
  const tail = by === 'tail' ? tailEffect(current, reference) : null;
  return tail !== null && tail.estimate > whole.estimate ? tail : whole;
}

/** The tail that gained most beyond doubt, with the limits of its own share; null when none did. */
function tailEffect(current: ArrayLike<number>, reference: ArrayLike<number>): OrderedEffect | null {
  const [n, m] = [sumOf(current, 0, current.length), sumOf(reference, 0, reference.length)];
  if (n === 0 || m === 0) return null;
  let best: OrderedEffect | null = null;
  for (const { side, upTo } of tailSets(reference)) {
    const from = side < 0 ? 0 : reference.length - upTo;
    const to = side < 0 ? upTo : reference.length;
    const { estimate, low, high } = shareEffect(sumOf(current, from, to), n, sumOf(reference, from, to), m);
    if (low <= Math.max(0, best?.low ?? 0)) continue;
    best = { estimate, low, high: Math.min(1, high), interval: [from, to - 1], direction: 1 };
  }
  return best;
}

function sumOf(counts: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += counts[i]!;
  return sum;
}
