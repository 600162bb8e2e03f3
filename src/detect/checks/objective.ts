import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import { normalIsf } from '../../stats/normal.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { wilson } from '../../stats/wilson.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { total } from '../judge.ts';
import { rowsAbove } from '../quantity.ts';
import { countText, percentText, secondsText } from '../words.ts';
import { failures } from './errors.ts';

/** What a service has promised of itself. */
export interface Objectives {
  /** Largest share of requests that may fail. */
  readonly errors?: number | undefined;
  /** `share` of the requests take at most `seconds`. */
  readonly latency?: readonly LatencyObjective[] | undefined;
}

export interface LatencyObjective {
  readonly share: number;
  readonly seconds: number;
}

/** Confidence with which a promise is broken before anybody is told. */
const confidence = 0.999;
const deviate = normalIsf((1 - confidence) / 2);

/**
 * Whether a promise is broken: when the lower limit of the 99.9 % interval (Wilson) of the share of bad rows lies above
 * what is allowed. No test against the baseline and no part of the false-alarm budget; under 50 rows nothing is said.
 * The effect is the share of bad rows, the tolerance what is allowed.
 */
export const objectiveCheck: Check = context => {
  const { objectives, baseline } = context;
  if (objectives === null) return [];
  const subject = (name: string) => baseline.subjects.find(({ binning }) => binning.subject === name);
  const [status, latency] = [subject('status'), subject('latency')];
  const { errors, latency: latencies = [] } = objectives;
  return [
    ...(status === undefined || errors === undefined ? [] : [errorsObjective(context, status, errors)]),
    ...(latency === undefined || latency.binning.edges.length === 0 || latencies.length === 0
      ? []
      : [latencyObjective(context, latency, latencies)]),
  ];
};

/** A promise beside what came. */
interface Kept {
  readonly promise: string;
  readonly allowed: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly broken: boolean;
}

function errorsObjective(context: CheckContext, subject: BaselineSubject, allowed: number): Finding {
  const { rows, of } = failures(subject, context.profileOf(subject));
  const { low, high } = wilson(rows, of, deviate);
  const share = of > 0 ? rows / of : 0;
  const promise = `errors of at most ${percentText(allowed)}`;
  return said(context, subject, {
    n: of,
    kept: [{ promise, allowed, share, low, high, broken: low > allowed }],
  });
}

/** Several promises of one subject are one finding: its numbers are those of the one that is furthest from being kept. */
function latencyObjective(
  context: CheckContext,
  subject: BaselineSubject,
  objectives: readonly LatencyObjective[],
): Finding {
  const profile = context.profileOf(subject);
  const n = total(profile);
  const kept = objectives.map(({ share: within, seconds }): Kept => {
    const above = rowsAbove(subject, profile, seconds);
    const allowed = 1 - within;
    const low = wilson(above.least, n, deviate).low;
    const { high } = wilson(above.most, n, deviate);
    const promise = `${percentText(within)} within ${secondsText(seconds)}`;
    return { promise, allowed, share: n > 0 ? above.about / n : 0, low, high, broken: low > allowed };
  });
  return said(context, subject, { n, kept });
}

function said(
  context: CheckContext,
  subject: BaselineSubject,
  { n, kept }: { readonly n: number; readonly kept: readonly Kept[] },
): Finding {
  const distance = ({ low, share, allowed, broken }: Kept) => (broken ? 1 : 0) + low - allowed + 1e-3 * share;
  const worst = kept.reduce((most, one) => (distance(one) > distance(most) ? one : most));
  const few = n < minimumRows;
  const name = subject.binning.subject;
  return findingOf(context, {
    check: 'objective',
    subject: name,
    verdict: few ? 'insufficient' : worst.broken ? 'drift' : 'stable',
    effect: worst.share,
    effectLow: worst.low,
    effectHigh: worst.high,
    tolerance: worst.allowed,
    n,
    detail: { method: 'wilson', confidence, objectives: kept },
    sentence:
      `Objective of ${worst.promise}: ${percentText(worst.share)} of requests ${name === 'status' ? 'failed' : 'took longer'}, ` +
      `at least ${percentText(worst.low)} with 99.9 % confidence, ${percentText(worst.allowed)} allowed; ` +
      `${countText(n)} rows${few ? `, fewer than ${minimumRows}: not judged` : ''}.`,
  });
}
