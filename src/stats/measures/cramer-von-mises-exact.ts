/**
 * Exact p of the two-sample Cramer-von Mises statistic for a handful of rows.
 *
 * Null hypothesis: all values are drawn independently from one continuous distribution. Walks the orders of the pooled
 * values as lattice paths and keeps the law of the sum of squares along them.
 *
 * @param statistic - T
 * @param n - rows of one sample
 * @param m - rows of the other
 * @returns P(T >= statistic)
 *
 * Not for more than about 20 rows a side: the number of different sums grows with (n m)^2. With ties the true p
 * differs.
 *
 * Complexity: O(n m x different sums).
 *
 * Reference: Xiao, Gordon and Yakovlev, A C++ program for the Cramer-von Mises two-sample test (2006);
 * scipy.stats.cramervonmises_2samp with method="exact".
 * @example
 * cramerVonMisesExactP(0.8166666666666667, 6, 4) // 0.009523809523809525
 */
export function cramerVonMisesExactP(statistic: number, n: number, m: number): number {
  const divisor = greatestCommonDivisor(n, m);
  const a = m / divisor;
  const b = n / divisor;
  // T is n m / (n + m)^2 times the sum over all steps of (i / n - j / m)^2 = ((a i - b j) / least common multiple)^2.
  const multiple = a * n;
  const limit = Math.floor(((statistic * (n + m)) / n) * ((n + m) / m) * multiple * multiple + 1e-6);
  let column: Map<number, number>[] = [];
  for (let i = 0; i <= n; i++) {
    const next: Map<number, number>[] = [];
    for (let j = 0; j <= m; j++) {
      if (i + j === 0) next.push(new Map([[0, 1]]));
      else {
        const added = (a * i - b * j) ** 2;
        const law = new Map<number, number>();
        if (i > 0) addTo(law, column[j]!, { added, weight: i / (i + j) });
        if (j > 0) addTo(law, next[j - 1]!, { added, weight: j / (i + j) });
        next.push(law);
      }
    }
    column = next;
  }
  let p = 0;
  for (const [sum, probability] of column[m]!) if (sum >= limit) p += probability;
  return Math.min(1, p);
}

function addTo(
  law: Map<number, number>,
  from: ReadonlyMap<number, number>,
  { added, weight }: { readonly added: number; readonly weight: number },
): void {
  for (const [sum, probability] of from) {
    law.set(sum + added, (law.get(sum + added) ?? 0) + weight * probability);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
