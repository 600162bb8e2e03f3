import { chiSquareLogSf } from '../../stats/chi-square.ts';
import { chiSquareIsf, chiSquarePpf } from '../../stats/gamma-quantile.ts';
import { kolmogorovSf } from '../../stats/kolmogorov-one-sample.ts';
import { kolmogorovLogSf } from '../../stats/kolmogorov-smirnov.ts';
import { negativeBinomialCdf, negativeBinomialSf } from '../../stats/negative-binomial.ts';
import { noncentralChiSquareSf } from '../../stats/noncentral-chi-square.ts';
import { normalIsf, normalLogSf, normalSf } from '../../stats/normal.ts';
import { gammaQ, logGamma, logGammaP } from '../../stats/special.ts';
import { logBeta, regularisedBeta, studentSf } from '../../stats/student-t.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly points: readonly (readonly number[])[];
}

const functions: Readonly<Record<string, (...args: [number, number, number]) => number>> = {
  norm_cdf: x => normalSf(-x),
  norm_sf: x => normalSf(x),
  norm_ln_sf: x => normalLogSf(x),
  norm_ppf: p => -normalIsf(p),
  norm_isf: p => normalIsf(p),
  chi2_sf: (x, df) => Math.exp(chiSquareLogSf(x, df)),
  chi2_cdf: (x, df) => Math.exp(logGammaP(df / 2, x / 2)),
  chi2_ln_sf: (x, df) => chiSquareLogSf(x, df),
  chi2_isf: (p, df) => chiSquareIsf(p, df),
  chi2_ppf: (p, df) => chiSquarePpf(p, df),
  t_sf: (t, df) => studentSf(t, df),
  betainc: (a, b, x) => regularisedBeta(a, b, x),
  ln_beta: (a, b) => logBeta(a, b),
  ln_gamma: x => logGamma(x),
  gammainc_p: (a, x) => Math.exp(logGammaP(a, x)),
  gammainc_q: (a, x) => gammaQ(a, x),
  kolmogorov_sf: z => Math.exp(kolmogorovLogSf(z)),
  ncx2_sf: (x, df, nc) => noncentralChiSquareSf(x, df, nc),
  kstwo_sf: (d, n) => kolmogorovSf(d, n),
  negative_binomial_cdf: (k, mean, kappa) => negativeBinomialCdf(k, mean, kappa),
  negative_binomial_sf: (k, mean, kappa) => negativeBinomialSf(k, mean, kappa),
};

/** Functions that are sums or series of others. */
const wider: Readonly<Record<string, number>> = {
  kstwo_sf: 1e-9,
  ncx2_sf: 1e-9,
  negative_binomial_cdf: 1e-9,
  negative_binomial_sf: 1e-9,
};

/** Special functions and distributions, point by point. */
export const special: Family = {
  answer(asked) {
    if (!Object.hasOwn(functions, asked.kind)) return null;
    const of = functions[asked.kind]!;
    const { points } = asked.inputs as Inputs;
    return { values: points.map(([a = NaN, b = NaN, c = NaN]) => of(a, b, c)) };
  },
  tolerance: (_, asked) => ({ ...tolerances.special, relative: wider[asked.kind] ?? 1e-12 }),
};
