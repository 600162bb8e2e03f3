import { fisherTest } from '../stats/fisher.ts';
import { smallestRise } from '../stats/smallest-detectable.ts';
import { newcombe } from '../stats/wilson.ts';
import { type Judgement, verdictOf } from './judge.ts';

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
}

export interface ShareJudgement
  extends Pick<Judgement, 'verdict' | 'p' | 'effect' | 'effectLow' | 'effectHigh' | 'smallestDetectable'> {
  /** Shares now and in the baseline. */
  readonly share: number;
  readonly shareReference: number;
}

/**
 * Judges a share by Fisher's exact test. The effect is the change of the share, its size for `both`, its rise (0 for a
 * fall) for `up`; the limits are Newcombe's 95 % limits in the direction of the change, cut at 0.
 */
export function judgeShare(request: ShareRequest): ShareJudgement {
  const { c, n, r, m, side, alpha, tolerance } = request;
  const share = n > 0 ? c / n : 0;
  const shareReference = m > 0 ? r / m : 0;
  const change = share - shareReference;
  const test = fisherTest({ c, n, r, m });
  const p = side === 'up' ? test.up : test.both;
  const limits = newcombe(c, n, r, m);
  const falls = side === 'both' && change < 0;
  const low = falls ? -limits.high : limits.low;
  const high = falls ? -limits.low : limits.high;
  const effect = Math.max(0, falls ? -change : change);
  const least = smallestRise(n, shareReference, m, side === 'up' ? alpha : alpha / 2);
  return {
    verdict: verdictOf({ p, effect, n, least }, { alpha, tolerance }),
    p,
    effect,
    effectLow: Math.max(0, low),
    effectHigh: Math.max(0, high),
    smallestDetectable: least,
    share,
    shareReference,
  };
}
