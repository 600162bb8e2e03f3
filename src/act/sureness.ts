import type { Evidence } from './memory.ts';

const noise: Readonly<Record<string, string>> = {
  calibrated: "the stream's own noise is known",
  provisional: "the stream's own noise is known roughly, from less than 28 days",
  learning:
    "the stream's own noise is not known yet, so twice the usual effect was asked for where it matters",
};

/** How sure a finding is, in words: the chance of as much without any change, and how well the noise is known. */
export function howSure({ p, alpha, calibration, check }: Evidence): string {
  const known = noise[calibration] ?? 'how far the noise of the stream was known was not kept';
  if (check.startsWith('drift:')) return 'a threshold of your own, not calibrated against chance';
  if (p == null || alpha == null) return `a rule, not a test of chance; ${known}`;
  return `${chance(p)} by chance alone, ${chance(alpha)} is asked for; ${known}`;
}

function chance(p: number): string {
  if (p < 1e-300) return 'less than 1 in 10^300';
  return p < 0.001 ? `1 in ${inWords(1 / p)}` : `${Number((p * 100).toPrecision(2))} %`;
}

function inWords(value: number): string {
  if (value >= 1e6) return `10^${Math.floor(Math.log10(value))}`;
  return Number(value.toPrecision(2)).toLocaleString('en-US');
}
