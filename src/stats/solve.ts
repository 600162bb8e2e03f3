/** Added to the diagonal, as a share of its largest entry: terms that say the same do no harm. */
const ridge = 1e-9;

/**
 * Solves a symmetric positive definite system of linear equations, as least squares make them.
 *
 * Cholesky's decomposition of A with 1e-9 of its largest diagonal entry added to the diagonal: where A is singular (an
 * hour without rows, two terms that coincide) the answer is the one of least length, nearly.
 *
 * @param a - rows of A; only the lower triangle is read
 * @param b - right-hand side
 * @returns x with (A + ridge) x = b; zeros when A has no entry above 0 on its diagonal
 *
 * Not for matrices that have negative eigenvalues, and not for more than a few hundred unknowns.
 *
 * Complexity: O(n^3 / 6).
 *
 * Reference: Press et al., Numerical Recipes, 3rd edition, section 2.9.
 * @example
 * solvePositiveDefinite([[4, 2], [2, 3]], [3, 1]) // [0.875, -0.25]
 */
export function solvePositiveDefinite(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const n = a.length;
  const slack = ridge * a.reduce((most, row, i) => Math.max(most, row[i]!), 0);
  if (!(slack > 0)) return b.map(() => 0);
  const l = decompose(a, slack);
  const x = [...b];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i]![k]! * x[k]!;
    x[i]! /= l[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k]![i]! * x[k]!;
    x[i]! /= l[i]![i]!;
  }
  return x;
}

/** Lower triangle L with L L' = A + slack. */
function decompose(a: readonly (readonly number[])[], slack: number): number[][] {
  const l: number[][] = [];
  for (let i = 0; i < a.length; i++) {
    const row: number[] = [];
    l.push(row);
    for (let j = 0; j <= i; j++) {
      let value = a[i]![j]! + (i === j ? slack : 0);
      for (let k = 0; k < j; k++) value -= row[k]! * l[j]![k]!;
      row.push(i === j ? Math.sqrt(Math.max(value, slack * 1e-3)) : value / l[j]![j]!);
    }
  }
  return l;
}
