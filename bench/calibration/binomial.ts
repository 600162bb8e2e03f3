import betainc from '@stdlib/math-base-special-betainc';

/** Chance that one table reports a promise that holds as broken: ten tables stay below 1e-6 together. */
const falseReport = 1e-7;

/** P(X >= hits) of `repeats` at probability p. */
export function binomialSf(hits: number, repeats: number, p: number): number {
  if (hits <= 0) return 1;
  if (hits > repeats || p <= 0) return 0;
  return p >= 1 ? 1 : betainc(p, hits, repeats - hits + 1);
}

/** Whether more hits than a probability of p explains, when `looks` figures are looked at together. */
export function tooMany(
  hits: number,
  repeats: number,
  of: { readonly p: number; readonly looks: number },
): boolean {
  return binomialSf(hits, repeats, of.p) < falseReport / of.looks;
}

/** Whether fewer hits than a probability of p explains, when `looks` figures are looked at together. */
export function tooFew(
  hits: number,
  repeats: number,
  of: { readonly p: number; readonly looks: number },
): boolean {
  return tooMany(repeats - hits, repeats, { p: 1 - of.p, looks: of.looks });
}

/** Hits over what was expected, with its standard error; no hits count as one for the error. */
export function ratioOf(hits: number, expected: number): { readonly ratio: number; readonly error: number } {
  return { ratio: hits / expected, error: Math.sqrt(Math.max(1, hits)) / expected };
}
