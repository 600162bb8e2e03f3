import { aliasTable, type CellDraw } from './alias-table.ts';
import { binomialDraw } from './binomial-draw.ts';
import { logChoose } from './special.ts';

/**
 * Prepares splitting pooled rows by chance into a sample of n and the rest: the permutation law of every two-sample
 * comparison of counts.
 *
 * Every set of n rows is equally likely (the multivariate hypergeometric law, exactly). Each row is first given to the
 * sample with about the probability n / N, cell by cell, and then randomly chosen rows are moved until there are n.
 *
 * @param totals - pooled rows by cell, whole numbers
 * @param n - rows of the sample, at most all
 * @param exactUpTo - where the size of a sample drawn row by row has a deviation above this many rows, it is left so: off
 *   by a root of n, not exactly n
 * @returns fills an array of the same length with the sample's rows by cell
 *
 * Complexity: O(cells + sqrt(n)), or O(min(n, rest)) where that is less; about 10 ns a cell.
 *
 * Reference: the conditional law of independent binomials given their sum, e.g. Lehmann, Testing Statistical Hypotheses,
 * section 4.5.
 * @example
 * const counts = new Float64Array(2);
 * rowSplit([5, 0], 3)(counts, () => 0.5);
 * counts // => [3, 0]
 */
export function rowSplit(
  totals: ArrayLike<number>,
  n: number,
  exactUpTo = Infinity,
): (counts: Float64Array, random: () => number) => void {
  let all = 0;
  for (let i = 0; i < totals.length; i++) all += totals[i]!;
  const draws = aliasTable(totals);
  const move = moveRows(totals, draws);
  const few = 2 * totals.length;
  if (Math.min(n, all - n) <= few) {
    const whole = all - n < n;
    return (counts, random) => {
      for (let i = 0; i < totals.length; i++) counts[i] = whole ? totals[i]! : 0;
      move(counts, { by: whole ? n - all : n, random });
    };
  }
  const deviation = Math.sqrt((n / all) * (all - n));
  const exact = deviation <= exactUpTo;
  // Aimed two deviations towards the nearer end, so that nearly always the moves are those that seldom fail.
  const aim = exact ? (n <= all / 2 ? -2 : 2) * deviation : 0;
  const cells = binomialTables(totals, Math.min(1, Math.max(0, (n + aim) / all)));
  return (counts, random) => {
    let given = 0;
    for (let i = 0; i < totals.length; i++) given += counts[i] = cells[i]!(random);
    if (exact) move(counts, { by: n - given, random });
  };
}

interface Move {
  /** Rows to add to the sample; below 0, to take away. */
  readonly by: number;
  readonly random: () => number;
}

/** Adds or takes rows, each time one drawn from all that can be. */
function moveRows(totals: ArrayLike<number>, draw: CellDraw): (counts: Float64Array, move: Move) => void {
  return (counts, { by, random }) => {
    for (let left = by; left > 0; ) {
      const cell = draw(random);
      if (random() * totals[cell]! < counts[cell]!) continue;
      counts[cell]!++;
      left--;
    }
    for (let left = by; left < 0; ) {
      const cell = draw(random);
      if (random() * totals[cell]! >= counts[cell]!) continue;
      counts[cell]!--;
      left++;
    }
  };
}

/** Variance above which a binomial law is drawn by rejection, not from a table. */
const largestTableVariance = 100;

function binomialTables(totals: ArrayLike<number>, p: number): CellDraw[] {
  const tables = new Map<number, CellDraw>();
  return Array.from(totals, total => {
    let table = tables.get(total);
    if (table === undefined) tables.set(total, (table = binomialTable(total, p)));
    return table;
  });
}

function binomialTable(n: number, p: number): CellDraw {
  const variance = n * p * (1 - p);
  if (variance > largestTableVariance) return random => binomialDraw(n, p, random);
  const reach = 9 * Math.sqrt(variance) + 20;
  const low = Math.max(0, Math.floor(n * p - reach));
  const high = Math.min(n, Math.ceil(n * p + reach));
  const weights = new Float64Array(high - low + 1);
  let weight = Math.exp(logChoose(n, low) + low * Math.log(p) + (n - low) * Math.log1p(-p));
  for (let k = low; k <= high; k++) {
    weights[k - low] = weight;
    weight *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  const draw = aliasTable(weights);
  return random => low + draw(random);
}
