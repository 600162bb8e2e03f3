import { normalSf } from './normal.ts';

/** Sums over the cells at one point of the saddlepoint equations. */
interface Sums {
  sum: number;
  rows: number;
  ss: number;
  se: number;
  ee: number;
}

/** The tilt found, with the curvature and the cumulants of the point one step (under 1e-10) before it. */
interface Solution {
  readonly s: number;
  readonly eta: number;
  readonly determinant: number;
  readonly cumulants: number;
}

/** The rows of a permutation test: cells with a score each, of which `n` rows are drawn without replacement. */
export interface ScoredCells {
  /** Rows of each cell in both samples together. */
  readonly totals: ArrayLike<number>;
  /** Score of each cell; its sum over all rows is 0. */
  readonly score: ArrayLike<number>;
  /** Rows drawn, fewer than all. */
  readonly n: number;
}

/**
 * Tail of a permutation sum by the double saddlepoint: how likely is a sum of scores as far from 0 as this one?
 *
 * Null hypothesis: the n rows are drawn without replacement from all of them. Cells are taken as independent binomials
 * whose logit is s * score + eta, conditioned on their total being n (Skovgaard's formula). Accurate to a few per cent
 * far into the tail, where the normal law is wrong by powers of ten.
 *
 * @param cells - pooled rows, their scores and the number drawn
 * @param sum - observed sum of the scores over the drawn rows, not 0
 * @returns P(sum this high or higher) for a positive one, P(this low or lower) for a negative one; 0.5 when the sum
 *   is too near to 0 to tell; null when the equations have no solution that Newton's method finds, as for the largest sum
 *   there can be: use the normal law
 *
 * Not for sums within about 1.5 standard deviations of 0 (the normal law is better there), nor for scores on which a
 * few rows weigh more than all others (see `leverageOf`).
 *
 * Complexity: O(cells) for each of about seven steps.
 *
 * Reference: Skovgaard, Saddlepoint expansions for conditional distributions (1987); Booth and Butler (1990).
 * @example
 * saddlepointTail({ totals: [50, 50], score: [-1, 1], n: 40 }, 12) // 0.007259132
 */
export function saddlepointTail(cells: ScoredCells, sum: number): number | null {
  const { totals, n } = cells;
  let all = 0;
  for (let k = 0; k < totals.length; k++) all += totals[k]!;
  const m = all - n;
  const start = Math.log(n / m);
  const found = solve(cells, sum, { s: sum / ((n * m) / (all - 1)), eta: start });
  if (found === null) return null;
  const { s, eta, determinant, cumulants } = found;
  const w2 = 2 * (s * sum + eta * n - cumulants - (start * n + all * Math.log(m / all)));
  if (w2 <= 1e-12) return 0.5;
  const w = Math.sqrt(w2);
  const u = Math.abs(s) * Math.sqrt((determinant * all) / (n * m));
  return normalSf(w) + (Math.exp(-0.5 * w2) / Math.sqrt(2 * Math.PI)) * (1 / u - 1 / w);
}

/** Newton's method for the tilt (s, eta) under which the expected sum and the expected number drawn are as observed. */
function solve(
  cells: ScoredCells,
  sum: number,
  from: { readonly s: number; readonly eta: number },
): Solution | null {
  let { s, eta } = from;
  const at: Sums = { sum: 0, rows: 0, ss: 0, se: 0, ee: 0 };
  for (let step = 0; step < 60; step++) {
    sumsAt(cells, s, eta, at);
    const missing = sum - at.sum;
    const short = cells.n - at.rows;
    const determinant = at.ss * at.ee - at.se * at.se;
    if (!(determinant > 1e-300)) return null;
    const ds = (at.ee * missing - at.se * short) / determinant;
    const de = (at.ss * short - at.se * missing) / determinant;
    const length = Math.max(Math.abs(ds) * 3, Math.abs(de));
    if (length < 1e-10) {
      // Rounding has stopped a run to infinity: the sum is the largest there is, and cannot vary any more.
      if (!(determinant > 1e-12 * Math.abs(sum) * at.ee)) return null;
      return { s: s + ds, eta: eta + de, determinant, cumulants: cumulantsAt(cells, s, eta) };
    }
    const damping = length > 2 ? 2 / length : 1;
    s += damping * ds;
    eta += damping * de;
    if (Math.abs(s) > 500) return null;
  }
  return null;
}

/** Expected sum, expected rows drawn and the second derivatives at a tilt. */
function sumsAt(cells: ScoredCells, s: number, eta: number, at: Sums): void {
  const { totals, score } = cells;
  let sum = 0;
  let rows = 0;
  let ss = 0;
  let se = 0;
  let ee = 0;
  for (let k = 0; k < totals.length; k++) {
    const f = score[k]!;
    // Cannot overflow to NaN: exp(-a) of infinity gives a share of 0.
    const q = 1 / (1 + Math.exp(-(s * f + eta)));
    const drawn = totals[k]! * q;
    const spread = drawn * (1 - q);
    const leaned = spread * f;
    sum += drawn * f;
    rows += drawn;
    ss += leaned * f;
    se += leaned;
    ee += spread;
  }
  at.sum = sum;
  at.rows = rows;
  at.ss = ss;
  at.se = se;
  at.ee = ee;
}

/** Sum of the cells' cumulant generating functions, without overflow for large tilts. */
function cumulantsAt(cells: ScoredCells, s: number, eta: number): number {
  const { totals, score } = cells;
  let value = 0;
  for (let k = 0; k < totals.length; k++) {
    const a = s * score[k]! + eta;
    value += totals[k]! * (Math.max(0, a) + Math.log1p(Math.exp(-Math.abs(a))));
  }
  return value;
}
