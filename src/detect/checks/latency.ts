import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Profile } from '../../domain/profile.ts';
import { orderedCounts } from '../../stats/cells.ts';
import { smallestDetectable } from '../../stats/smallest-detectable.ts';
import { verdictFrom } from '../../stats/verdict.ts';
import { wilson } from '../../stats/wilson.ts';
import { checksOf } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { upwardComponents } from '../components.ts';
import { detectableUnderNoise } from '../detectable.ts';
import { total } from '../judge.ts';
import { percentileDetail, percentilesOf, quantileAt } from '../quantity.ts';
import { countText, numberText, percentText, secondsText } from '../words.ts';

/** Rise of the 95th percentile, as a share of the baseline's, that nobody cares about. */
export const latencyTolerance = 0.25;

/** Normal quantile of a two-sided 97.5 % interval: two of them hold together with 95 %. */
const z975 = 2.241402727604947;

/**
 * Whether answers are slower than in the baseline: the upward test (ranks higher, or more rows at the upper end), and the
 * 95th percentile up by a quarter. The effect is that rise; its limits are Wilson's limits of the share below the percentile, read
 * off both distributions.
 */
export const latencyCheck: Check = context =>
  context.baseline.subjects
    .filter(subject => checksOf(subject).includes('latency'))
    .map(subject => latencyOf(context, subject));

function latencyOf(context: CheckContext, subject: BaselineSubject): Finding {
  const { binning, reference } = subject;
  const current = context.profileOf(subject);
  const [n, nReference] = [total(current), total(reference)];
  const alpha = context.alphaOf(subject, 'latency');
  const tests = context.testsOf(subject);
  const cells = {
    current: orderedCounts(binning, current),
    reference: orderedCounts(binning, reference),
  };
  const { p, by, components } = upwardComponents(cells, tests);
  const [now, then] = [percentilesOf(subject, current), percentilesOf(subject, reference)];
  const effect = n > 0 ? riseOf(now.p95, then.p95) : 0;
  const least =
    tests === null
      ? smallestDetectable(n, nReference, alpha)
      : detectableUnderNoise(tests, { n, m: nReference }, alpha);
  return findingOf(context, {
    check: 'latency',
    subject: binning.subject,
    verdict: verdictFrom({ p, effect, n, least }, { alpha, tolerance: latencyTolerance }),
    p,
    alpha,
    effect,
    ...limitsOf(subject, current),
    tolerance: latencyTolerance,
    n,
    nReference,
    smallestDetectable: least,
    fitted: tests !== null,
    detail: {
      method: tests === null ? 'upward' : 'upward-window',
      by,
      components,
      ...(context.state.calibration === 'learning' ? { pagesFrom: context.state.pagesFrom } : {}),
      ...percentileDetail(now, then),
    },
    sentence:
      n === 0
        ? 'latency: no value in the window, nothing to compare.'
        : `latency: p95 ${secondsText(now.p95)} against ${secondsText(then.p95)} in the baseline ` +
          `(${effect < 0 ? '-' : '+'}${percentText(Math.abs(effect))}, tolerance +${percentText(latencyTolerance)}), ` +
          `p50 ${secondsText(now.p50)}, p99 ${secondsText(now.p99)}; p ${numberText(p)} against ` +
          `${numberText(alpha)} allowed; ${countText(n)} rows.`,
  });
}

/** Change as a share of the reference; 1 where anything came out of nothing. */
function riseOf(now: number, then: number): number {
  if (then > 0) return now / then - 1;
  return now > 0 ? 1 : 0;
}

function limitsOf(
  subject: BaselineSubject,
  current: Profile,
): { readonly effectLow: number; readonly effectHigh: number } {
  const { reference } = subject;
  const [n, m] = [total(current), total(reference)];
  if (n === 0 || m === 0) return { effectLow: Number.NaN, effectHigh: Number.NaN };
  const now = wilson(0.95 * n, n, z975);
  const then = wilson(0.95 * m, m, z975);
  return {
    effectLow: riseOf(quantileAt(subject, current, now.low), quantileAt(subject, reference, then.high)),
    effectHigh: riseOf(quantileAt(subject, current, now.high), quantileAt(subject, reference, then.low)),
  };
}
