import type { BaselineSubject } from '../domain/baseline.ts';
import type { Profile } from '../domain/profile.ts';
import { quantileOfBins } from '../stats/quantiles.ts';
import { createTailBins, outerCell, tailBounds } from '../stats/tail-bins.ts';
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
 * Value below which a share q of the values lies, linear inside a bin; beyond the baseline's range the mean of the values
 * in a sub-bin. Profiles stored before there were sub-bins have one bin above the range: where the share ends there, the
 * mean of its values stands for it, from what is left of the profile's sum, never below the last edge.
 */
export function quantileAt({ binning }: BaselineSubject, profile: Profile, q: number): number {
  const { edges, centres } = binning;
  const k = edges.length;
  const at = profile.bins.indexOf(k);
  const above = at < 0 ? 0 : profile.counts[at]!;
  const beyond = countBeyond(profile, k);
  const upTo = total(profile) - beyond;
  const wanted = q * total(profile);
  if (k === 0 || above === 0 || wanted <= upTo - above || wanted > upTo)
    return quantileOfBins(edges, profile, q);
  let rest = profile.sum - profile.tailSums.reduce((sum, tail) => sum + tail, 0);
  profile.bins.forEach((bin, i) => {
    if (bin >= k) return;
    const [low, high] = [edges[Math.max(0, bin - 1)]!, edges[bin]!];
    rest -= profile.counts[i]! * (bin === 0 ? low : (centres[bin - 1] ?? (low + high) / 2));
  });
  return Math.max(edges[k - 1]!, rest / above);
}

/** Rows in sub-bins above the range. */
function countBeyond({ bins, counts }: Profile, k: number): number {
  return bins.reduce((sum, bin, i) => (bin > k && outerCell(bin, k) === k ? sum + counts[i]! : sum), 0);
}

/** Rows of which the value lies above a limit. */
export interface RowsAbove {
  /** Certainly: the bin that holds the limit counts as not above it. */
  readonly least: number;
  /** Linear inside that bin. */
  readonly about: number;
  /** Possibly: that bin counts as above it. */
  readonly most: number;
}

/** Rows of a numeric subject above a limit. Bins are half-open, so a value in a bin that begins there may be the limit. */
export function rowsAbove({ binning }: BaselineSubject, profile: Profile, limit: number): RowsAbove {
  const { edges } = binning;
  const tails = createTailBins(edges);
  const boundsOf = (bin: number) =>
    bin > edges.length && tails !== null
      ? tailBounds(tails, bin)
      : { low: edges[bin - 1] ?? -Infinity, high: edges[bin] ?? Infinity };
  const above = { least: 0, about: 0, most: 0 };
  profile.bins.forEach((bin, i) => {
    const { low, high } = boundsOf(bin);
    const count = profile.counts[i]!;
    if (high <= limit) return;
    above.most += count;
    if (low > limit) above.least += count;
    const inside = high - low;
    above.about += count * (low > limit ? 1 : Number.isFinite(inside) ? (high - limit) / inside : 0);
  });
  return above;
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
