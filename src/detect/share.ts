import { fisherTest } from '../stats/fisher.ts';
import { smallestRise } from '../stats/smallest-detectable.ts';
import { verdictFrom } from '../stats/verdict.ts';
import { newcombe } from '../stats/wilson.ts';
import { studentQuantile } from './detectable.ts';
import type { Judgement } from './judge.ts';
import type { StreamTest } from './window-noise.ts';

/** A share of the rows of a window beside the baseline's. */
export interface ShareRequest {
  /** Rows that have the property now, of `n`; in the baseline `r` of `m`. */
  readonly c: number;
  readonly n: number;
  readonly r: number;
  readonly m: number;
  /** `up`: only a rise counts. */
  readonly side: 'both' | 'up';
  readonly alpha: number;
  readonly tolerance: number;
  /** The same share against the stream's own past; null: rows count as independent. */
  readonly past?: StreamTest | null;
}

export interface ShareJudgement
  extends Pick<Judgement, 'verdict' | 'p' | 'effect' | 'effectLow' | 'effectHigh' | 'smallestDetectable'> {
  /** Shares now and in the baseline. */
  readonly share: number;
  readonly shareReference: number;
  readonly method: 'fisher-exact' | 'share-window';
  /** Whether p comes from the stream's own past. */
  readonly fitted: boolean;
}

/**
 * Judges a share by Fisher's exact test, or against the stream's own past where that is known. The effect is the change of the share, its size for `both`, its rise (0 for a
 * fall) for `up`; the limits are Newcombe's 95 % limits in the direction of the change, cut at 0.
 */
export function judgeShare(request: ShareRequest): ShareJudgement {
  const { c, n, r, m, side, alpha, tolerance, past = null } = request;
  const share = n > 0 ? c / n : 0;
  const shareReference = m > 0 ? r / m : 0;
  const change = share - shareReference;
  const p = past === null ? exactP(request) : pastP(past, side);
  const limits = newcombe(c, n, r, m);
  const falls = side === 'both' && change < 0;
  const low = falls ? -limits.high : limits.low;
  const high = falls ? -limits.low : limits.high;
  const effect = Math.max(0, falls ? -change : change);
  const level = side === 'up' ? alpha : alpha / 2;
  const rise = smallestRise(n, shareReference, m, level);
  const least = past === null ? rise : Math.min(1, Math.max(rise, studentQuantile(level, past.df) * past.sd));
  return {
    verdict: verdictFrom({ p, effect, n, least }, { alpha, tolerance }),
    p,
    effect,
    effectLow: Math.max(0, low),
    effectHigh: Math.max(0, high),
    smallestDetectable: least,
    share,
    shareReference,
    method: past === null ? 'fisher-exact' : 'share-window',
    fitted: past !== null,
  };
}

function exactP({ c, n, r, m, side }: ShareRequest): number {
  const test = fisherTest({ c, n, r, m });
  return side === 'up' ? test.up : test.both;
}

/** A share that only counts when it rises has its two-sided p halved, as the exact test would be one-sided. */
function pastP({ p, z }: StreamTest, side: ShareRequest['side']): number {
  if (side === 'both') return p;
  return z > 0 ? p / 2 : 1;
}
