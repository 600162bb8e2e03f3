import stdlibErfc from '@stdlib/math-base-special-erfc';
import stdlibGammaln from '@stdlib/math-base-special-gammaln';

/**
 * Complementary error function, 1 - erf(x).
 *
 * @param x - any number
 * @returns 2 / sqrt(pi) times the integral of exp(-t^2) from x upwards; about 1e-13 relative until it underflows at x = 26.5
 * @example
 * erfc(1) // 0.15729920705028513
 */
export function erfc(x: number): number {
  return stdlibErfc(x);
}

/**
 * Natural logarithm of the gamma function.
 *
 * @param x - above 0
 * @returns ln Gamma(x)
 * @example
 * logGamma(5) // 3.1780538303479458
 */
export function logGamma(x: number): number {
  return stdlibGammaln(x);
}

/**
 * Logarithm of the binomial coefficient "n choose k".
 *
 * @param n - whole number
 * @param k - whole number from 0 to n
 * @returns ln(n! / (k! (n - k)!)); its absolute error grows with n (about 1e-8 at a million)
 * @example
 * Math.exp(logChoose(5, 2)) // 10
 */
export function logChoose(n: number, k: number): number {
  return stdlibGammaln(n + 1) - stdlibGammaln(k + 1) - stdlibGammaln(n - k + 1);
}

/**
 * Logarithm of the regularised upper incomplete gamma function Q(a, x): the upper tail of a gamma law of shape a.
 *
 * Kept in logarithms, so that tails far below the smallest double still have a value. Not taken from a package: the
 * one at hand is off by 0.2 to 2 % from a = 500 on. Series below a + 1, Lentz's continued fraction above.
 *
 * @param a - shape, above 0
 * @param x - any number
 * @returns ln Q(a, x), at most 0
 *
 * Complexity: O(sqrt(a)) terms near x = a, fewer elsewhere.
 *
 * Reference: Press et al., Numerical Recipes, 3rd edition, section 6.2; for the factor in front: Loader,
 * Fast and Accurate Computation of Binomial Probabilities (2000).
 * @example
 * logGammaQ(1, 800) // -800
 */
export function logGammaQ(a: number, x: number): number {
  if (!(x > 0)) return 0;
  const front = logFront(a, x);
  if (x >= a + 1) return front + Math.log(continuedFraction(a, x));
  return Math.log1p(-Math.exp(front) * series(a, x));
}

/**
 * Logarithm of the regularised lower incomplete gamma function P(a, x): the lower tail of a gamma law of shape a.
 *
 * @param a - shape, above 0
 * @param x - any number
 * @returns ln P(a, x), at most 0; -Infinity for x <= 0
 *
 * Complexity: O(sqrt(a)) terms near x = a, fewer elsewhere.
 *
 * Reference: as `logGammaQ`; scipy.special.gammainc.
 * @example
 * logGammaP(1, 1e-9) // -20.723265837446
 */
export function logGammaP(a: number, x: number): number {
  if (!(x > 0)) return -Infinity;
  const front = logFront(a, x);
  if (x < a + 1) return front + Math.log(series(a, x));
  return Math.log1p(-Math.exp(front) * continuedFraction(a, x));
}

/**
 * Regularised upper incomplete gamma function Q(a, x).
 *
 * @param a - shape, above 0
 * @param x - any number
 * @returns Q(a, x) in [0, 1]
 * @example
 * gammaQ(2.5, 5) // 0.07523524614651218
 */
export function gammaQ(a: number, x: number): number {
  return Math.exp(logGammaQ(a, x));
}

/**
 * Logarithm of x^a exp(-x) / Gamma(a), the factor in front of the incomplete gamma function, without cancellation
 * for large a.
 *
 * @param a - shape, above 0
 * @param x - above 0
 * @returns ln(x^a exp(-x) / Gamma(a))
 *
 * Complexity: constant.
 *
 * Reference: Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
 * @example
 * Math.exp(logFront(3, 2)) // 0.5413411329464508
 */
export function logFront(a: number, x: number): number {
  if (a < 10) return a * Math.log(x) - x - stdlibGammaln(a);
  const b = 1 / (a * a);
  const stirling = (1 / 12 - b * (1 / 360 - b * (1 / 1260 - b * (1 / 1680 - b / 1188)))) / a;
  const u = (x - a) / a;
  // Far below a, 1 + u has lost digits that x / a still has.
  const distance = Math.abs(u) > 0.1 ? u - Math.log(x / a) : excess(u);
  return -a * distance + 0.5 * Math.log(a / (2 * Math.PI)) - stirling;
}

/** u - ln(1 + u) for |u| <= 0.1, without cancellation. */
function excess(u: number): number {
  let sum = 0;
  let power = u;
  for (let k = 2; k < 40; k++) {
    power *= -u;
    sum -= power / k;
  }
  return sum;
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < 10_000_000 && term > sum * 1e-17; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10_000_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / awayFromZero(an * d + b);
    c = awayFromZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return h;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
