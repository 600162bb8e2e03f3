import { pelzGoodCdf } from './pelz-good.ts';
import { logGamma } from './special.ts';

/** Up to this many rows Durbin's matrix is cheap. */
const few = 140;

/**
 * Upper tail of Kolmogorov's two-sided statistic of one sample of n values against a known distribution.
 *
 * Also the usual correction of the two-sample test: with n the rounded n1 n2 / (n1 + n2).
 *
 * @param distance - largest distance between the two distribution functions
 * @param n - rows, a whole number of at least 1
 * @returns P(D > distance). Up to 140 rows good to about 1e-10 relative; above to about 1e-5, by the same choice of
 *   formula as scipy so that both say the same: twice the one-sided tail where n x distance^2 is at least 2.2, Durbin's
 *   matrix where n x distance^1.5 is at most 1.4, Pelz and Good's series between
 *
 * Complexity: O((n x distance)^3 log n) for the matrix, O(n) for the tail, constant for the series.
 *
 * Reference: Marsaglia, Tsang and Wang, Evaluating Kolmogorov's distribution (2003); Simard and L'Ecuyer, Computing
 * the two-sided Kolmogorov-Smirnov distribution (2011); scipy.stats.kstwo.sf.
 * @example
 * kolmogorovSf(0.1, 100) // 0.2526927570063874
 */
export function kolmogorovSf(distance: number, n: number): number {
  if (!(distance > 0) || n * distance <= 0.5) return 1;
  if (distance >= 1) return 0;
  const tail = n * distance * distance;
  if (tail >= 370) return 0;
  if (n * distance >= n - 1) return 2 * (1 - distance) ** n;
  if (tail >= (n <= few ? 4 : 2.2) || distance >= 0.5) return Math.min(1, 2 * upperTail(distance, n));
  const matrix = n <= few || (n <= 100_000 && n * distance ** 1.5 <= 1.4);
  return Math.min(1, Math.max(0, 1 - (matrix ? matrixCdf(distance, n) : pelzGoodCdf(distance, n))));
}

/** One-sided tail; beyond a million rows by its asymptotic form. */
function upperTail(distance: number, n: number): number {
  if (n <= 1_000_000) return smirnovSf(distance, n);
  const z = Math.sqrt(n) * distance;
  return Math.exp(-2 * z * z - (2 * z) / (3 * Math.sqrt(n)));
}

/**
 * Upper tail of Smirnov's one-sided statistic of one sample of n values against a known distribution.
 *
 * @param distance - largest amount by which one distribution function lies above the other
 * @param n - rows, a whole number of at least 1
 * @returns P(D+ > distance)
 *
 * Complexity: O(n).
 *
 * Reference: Birnbaum and Tingey (1951); each term as in Loader, Fast and accurate computation of binomial
 * probabilities (2000); scipy.special.smirnov.
 * @example
 * smirnovSf(0.5, 10) // 0.003888705
 */
export function smirnovSf(distance: number, n: number): number {
  if (!(distance > 0)) return 1;
  if (distance >= 1) return 0;
  const shift = n * distance;
  let sum = (1 - distance) ** n;
  for (let j = 1; j < n - shift; j++) {
    const rest = n - j;
    const deviance = shift - j * Math.log1p(shift / j) - rest * Math.log1p(-shift / rest) - shift;
    const stirling = stirlingError(n) - stirlingError(j) - stirlingError(rest);
    const share = shift / (shift + j);
    sum += share * Math.sqrt(n / (2 * Math.PI * j * rest)) * Math.exp(stirling - deviance);
  }
  return sum;
}

/** ln n! less Stirling's formula. */
function stirlingError(n: number): number {
  if (n < 16) return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  const b = 1 / (n * n);
  return (1 / 12 - b * (1 / 360 - b * (1 / 1260 - b * (1 / 1680 - b / 1188)))) / n;
}

/** n! / n^n times the middle element of the n-th power of Durbin's matrix. */
function matrixCdf(distance: number, n: number): number {
  const k = Math.floor(n * distance) + 1;
  const size = 2 * k - 1;
  const power = matrixPower(durbinMatrix(k - n * distance, size), size, n);
  let value = power.matrix[(k - 1) * size + k - 1]!;
  let exponent = power.exponent;
  for (let i = 1; i <= n; i++) {
    value *= i / n;
    if (value < 1e-140) {
      value *= 1e140;
      exponent -= 140;
    }
  }
  return value * 10 ** exponent;
}

function durbinMatrix(h: number, size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < Math.min(size, i + 2); j++) matrix[i * size + j] = 1;
  }
  for (let i = 0; i < size; i++) {
    matrix[i * size]! -= h ** (i + 1);
    matrix[(size - 1) * size + i]! -= h ** (size - i);
  }
  matrix[(size - 1) * size]! += Math.max(0, 2 * h - 1) ** size;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      for (let g = 1; g <= i - j + 1; g++) matrix[i * size + j]! /= g;
    }
  }
  return matrix;
}

interface Scaled {
  readonly matrix: Float64Array;
  /** The matrix is to be multiplied by 10 to this power. */
  readonly exponent: number;
}

function matrixPower(matrix: Float64Array, size: number, n: number): Scaled {
  if (n === 1) return { matrix, exponent: 0 };
  const half = matrixPower(matrix, size, Math.floor(n / 2));
  let result = multiply(half.matrix, half.matrix, size);
  let exponent = 2 * half.exponent;
  if (n % 2 === 1) result = multiply(result, matrix, size);
  const middle = (size - 1) / 2;
  if (result[middle * size + middle]! > 1e140) {
    result = result.map(value => value * 1e-140);
    exponent += 140;
  }
  return { matrix: result, exponent };
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!;
    }
  }
  return product;
}
