import { normalIsf } from './normal.ts';
import { pearsonTwoSample } from './pearson-two-sample.ts';
import { rowsOf } from './rows.ts';
import { wilson } from './wilson.ts';

/** Cells of less pooled variance than this are looked at as one. */
const leastVariance = 5;

/** Chance that a limit of any single cell is wrong, in one direction: a quarter of 5 %, the sets have the other half. */
const cellLevel = 0.0125;

/** Standard errors by which a cell must differ to be put into the set of those that gained or lost. */
const clear = 2;

/** Mean of sqrt(max(0, Z^2 - 4)) for a standard normal Z: what noise alone adds to the set, per standard error. */
const noisePerCell = 0.0335468;

/** The set of cells counts only when the cells as a whole differ at this level. */
const setLevel = 0.01;

/** Share of rows that changed category. */
export interface CategoricalEffect {
  readonly estimate: number;
  /** 95 % limits; the upper one covers all cells, small ones too. */
  readonly low: number;
  readonly high: number;
  /** Cell with the largest lower limit: -1 for the small ones together, null when none stands out of the noise. */
  readonly cell: number | null;
}

/** Normal quantiles: 2.5 % on one side, and half of that for the larger of two. */
export const oneDirection = 1.96;
export const bothDirections = 2.2414027276049473;

/** Cells large enough to be looked at one by one, and the others together as the last (`at` -1). */
interface Merged {
  readonly at: readonly number[];
  readonly current: readonly number[];
  readonly reference: readonly number[];
}

/** Cells that gained (or lost) clearly: what they moved beyond noise and the shares they hold. */
interface Gain {
  moved: number;
  share: number;
  shareBefore: number;
}

/**
 * Share of rows that changed category: how large is a change among unordered cells, and which one carries it?
 *
 * The largest, by its lower limit, of: every single cell (Newcombe's limits, Bonferroni over cells) and the set of
 * cells more than two standard errors up (or down), shrunk cell by cell and by what noise alone would add, which
 * counts only if the cells as a whole differ at 0.01. The upper limit is the plain total variation distance of all
 * cells plus its largest possible error.
 *
 * @param current - counts of the window by category, missing values as one more
 * @param reference - counts of the baseline in the same categories
 * @param setFactor - standard errors below the estimate at which the lower limit of a set lies: `oneDirection` by
 *   definition; `bothDirections` where the interval has to hold with 95 %, because the larger of two sets is taken
 * @returns estimate with limits, all in [0, 1] and low <= estimate <= high, and the cell; 0 within [0, 1] when a sample
 *   is empty
 *
 * Never to be shown as a verdict without its p. Diffuse moves over a thousand categories are under-reported, and the
 * upper limit is wide when rows are few.
 *
 * Complexity: O(cells).
 *
 * Reference: docs/methods, effect; Newcombe (1998), method 10; Donoho and Johnstone, Ideal spatial adaptation by
 * wavelet shrinkage (1994) for the shrinking.
 * @example
 * categoricalEffect([300, 700], [7000, 3000]).estimate // 0.4
 * categoricalEffect([500, 380, 120], [5100, 4000, 900]).cell // 2
 */
export function categoricalEffect(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  setFactor: number = oneDirection,
): CategoricalEffect {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (n === 0 || m === 0) return { estimate: 0, low: 0, high: 1, cell: null };
  const merged = mergeSmall(current, reference, (n * m) / (n + m) ** 2);
  const single = singleCell(merged, n, m);
  const set = gainedSet(merged, { n, m, setFactor });
  const high = Math.min(1, distanceOf(current, reference) + 0.98 * Math.sqrt(1 / n + 1 / m));
  return {
    estimate: Math.min(high, Math.max(single.estimate, set.estimate)),
    low: Math.max(single.low, set.low),
    high,
    cell: single.cell,
  };
}

function mergeSmall(current: ArrayLike<number>, reference: ArrayLike<number>, spread: number): Merged {
  const merged = { at: [] as number[], current: [] as number[], reference: [] as number[] };
  let restCurrent = 0;
  let restReference = 0;
  const keep = (at: number, c: number, r: number) => {
    merged.at.push(at);
    merged.current.push(c);
    merged.reference.push(r);
  };
  for (let k = 0; k < current.length; k++) {
    const c = current[k]!;
    const r = reference[k]!;
    if ((c + r) * spread >= leastVariance) keep(k, c, r);
    else {
      restCurrent += c;
      restReference += r;
    }
  }
  if (restCurrent + restReference > 0) keep(-1, restCurrent, restReference);
  return merged;
}

/** The single cell with the largest lower limit. */
function singleCell(
  merged: Merged,
  n: number,
  m: number,
): { readonly estimate: number; readonly low: number; readonly cell: number | null } {
  const z = normalIsf(cellLevel / merged.at.length);
  let best = { estimate: 0, low: 0, cell: null as number | null };
  for (let k = 0; k < merged.at.length; k++) {
    const c = merged.current[k]!;
    const r = merged.reference[k]!;
    if (c + r >= n + m) continue;
    const p = c / n;
    const q = r / m;
    const now = wilson(c, n, z);
    const then = wilson(r, m, z);
    const reach = p > q ? Math.hypot(p - now.low, then.high - q) : Math.hypot(q - then.low, now.high - p);
    const low = Math.abs(p - q) - reach;
    if (low > best.low) best = { estimate: Math.abs(p - q), low, cell: merged.at[k]! };
  }
  return best;
}

/** The set of cells that gained clearly, or of those that lost, whichever moved more. */
function gainedSet(
  merged: Merged,
  { n, m, setFactor }: { readonly n: number; readonly m: number; readonly setFactor: number },
): { readonly estimate: number; readonly low: number } {
  const up: Gain = { moved: 0, share: 0, shareBefore: 0 };
  const down: Gain = { moved: 0, share: 0, shareBefore: 0 };
  let noise = 0;
  for (let k = 0; k < merged.at.length; k++) {
    const p = merged.current[k]! / n;
    const q = merged.reference[k]! / m;
    const w = (merged.current[k]! + merged.reference[k]!) / (n + m);
    const error = Math.sqrt(w * (1 - w) * (1 / n + 1 / m));
    if (error === 0) continue;
    noise += (error * noisePerCell) / 2;
    const z = (p - q) / error;
    if (Math.abs(z) <= clear) continue;
    const gain = p > q ? up : down;
    gain.moved += error * Math.sqrt(z * z - clear * clear);
    gain.share += p;
    gain.shareBefore += q;
  }
  let estimate = 0;
  let low = 0;
  if (up.moved + down.moved === 0 || pearsonTwoSample(merged.current, merged.reference).p > setLevel)
    return { estimate, low };
  for (const gain of [up, down]) {
    const moved = Math.max(0, gain.moved - noise);
    const error = Math.sqrt(
      Math.max(0, gain.share * (1 - gain.share)) / n +
        Math.max(0, gain.shareBefore * (1 - gain.shareBefore)) / m,
    );
    estimate = Math.max(estimate, moved);
    low = Math.max(low, moved - setFactor * error);
  }
  return { estimate, low };
}

/** Total variation distance of the plain shares. */
function distanceOf(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  let sum = 0;
  for (let k = 0; k < current.length; k++) sum += Math.abs(current[k]! / n - reference[k]! / m);
  return sum / 2;
}
