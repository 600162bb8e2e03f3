import type { BaselineSubject } from '../domain/baseline.ts';
import type { Profile } from '../domain/profile.ts';
import { quantileOfBins } from '../stats/quantiles.ts';
import { total } from './judge.ts';

/** Median, 95th and 99th percentile of a numeric subject; NaN without values. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Percentiles of a profile. Beyond the baseline's range the mean of what lies there stands for it. */
export function percentilesOf(subject: BaselineSubject, profile: Profile): Percentiles {
  const at = (q: number) => quantileAt(subject, profile, q);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * Value below which a share q of the values lies, linear inside a bin. Where it lies above the baseline's range, which
 * has no bins, the mean of the values there is given: from the sum kept with the counts, never below the last edge.
 */
export function quantileAt(subject: BaselineSubject, profile: Profile, q: number): number {
  const { edges } = subject.binning;
  const above = profile.bins.at(-1) === edges.length ? profile.counts.at(-1)! : 0;
  const rows = total(profile);
  if (above === 0 || q * rows <= rows - above) return quantileOfBins(edges, profile, q);
  let inside = 0;
  profile.bins.forEach((bin, i) => {
    if (bin >= edges.length) return;
    const low = edges[Math.max(0, bin - 1)]!;
    inside += profile.counts[i]! * ((low + edges[bin]!) / 2);
  });
  return Math.max(edges.at(-1)!, (profile.sum - inside) / above);
}

/** Percentiles of the window and the baseline side by side, for a finding's detail; unknown ones are null. */
export function percentileDetail(
  now: Percentiles,
  then: Percentiles,
): Readonly<Record<string, number | null>> {
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    p50: known(now.p50),
    p95: known(now.p95),
    p99: known(now.p99),
    p50Reference: known(then.p50),
    p95Reference: known(then.p95),
    p99Reference: known(then.p99),
  };
}
