/**
 * Lower tail of Kolmogorov's two-sided statistic of one sample, by Pelz and Good's series in 1 / sqrt(n).
 *
 * @param distance - largest distance between the two distribution functions
 * @param n - rows; from about 100 on
 * @returns P(D <= distance), off by about 1 / n^2
 *
 * Not for the upper tail below about 1e-8: 1 - cdf has no digits left there.
 *
 * Complexity: constant.
 *
 * Reference: Pelz and Good, Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic (1976),
 * in the form of Simard and L'Ecuyer (2011).
 * @example
 * pelzGoodCdf(0.01, 10000) // 0.7317808722970798
 */
export function pelzGoodCdf(distance: number, n: number): number {
  const z = Math.sqrt(n) * distance;
  if (!(z > 0.04)) return 0;
  const terms = Math.ceil((16 * z) / Math.PI);
  const odd = oddSums(z, terms);
  const { second, third } = wholeSums(z, terms);
  return odd[0]! + odd[1]! / Math.sqrt(n) + (odd[2]! + second) / n + (odd[3]! + third) / (n * Math.sqrt(n));
}

/** The sums over odd whole numbers of the first four terms of the series. */
function oddSums(z: number, terms: number): readonly number[] {
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = Math.PI ** 2;
  const sums = [0, 0, 0, 0];
  for (let k = terms; k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2;
    const q = Math.exp((-pi2 * m2) / (8 * z2));
    // (pi m / 2)^2, the variable of the four polynomials.
    const y = (pi2 * m2) / 4;
    sums[0]! += q;
    sums[1]! += q * (y - z2);
    sums[2]! += q * (6 * z6 + 2 * z4 + y * (2 * z4 - 5 * z2 + y * (1 - 2 * z2)));
    sums[3]! +=
      q * (-30 * z6 - 90 * z4 * z4 + y * (135 * z4 - 96 * z6 + y * (212 * z4 - 60 * z2 + y * (5 - 30 * z2))));
  }
  const front = Math.sqrt(2 * Math.PI);
  const below = [z, 6 * z4, 72 * z4 * z2 * z, 6480 * z6 * z4];
  return sums.map((value, i) => (front * value) / below[i]!);
}

/** What the sums over all whole numbers add to the third and fourth term. */
function wholeSums(z: number, terms: number): { readonly second: number; readonly third: number } {
  const front = Math.PI ** 2 * Math.sqrt(2 * Math.PI);
  let second = 0;
  let third = 0;
  for (let k = terms; k >= 1; k--) {
    const q = Math.exp((-(Math.PI ** 2) * k * k) / (2 * z * z));
    second += k * k * q;
    third += (3 * z * z - (Math.PI * k) ** 2) * k * k * q;
  }
  return { second: (second * front) / (-36 * z ** 3), third: (third * front) / (216 * z ** 6) };
}
