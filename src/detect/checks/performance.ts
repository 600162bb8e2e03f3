import type { Finding } from '../../domain/finding.ts';
import { studentIsf } from '../../stats/performance/estimate.ts';
import {
  errorTolerance,
  fewestBlocks,
  outcomeSpread,
  type PerformanceLoss,
  performanceLoss,
  performanceTolerance,
  pointTolerance,
} from '../../stats/performance/loss.ts';
import {
  measuresIn,
  noOutcomes,
  outcomeEstimate,
  type PerformanceMeasure,
} from '../../stats/performance/outcomes.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { type Check, type CheckContext, findingOf, type Said } from '../check.ts';
import { enoughLabels, labelsSuffice } from '../label-arrivals.ts';
import { unlabelled, type WindowPerformance } from '../performance.ts';
import type { PerformanceReference } from '../performance-reference.ts';
import { countText, numberText, percentText } from '../words.ts';

/** A window that would miss a loss of so many tolerances half of the time is never called stable. */
const blindTolerances = 5;
/** Fewest rows of the smaller class that an area under the ROC curve is judged with. */
const leastOfClass = 10;

const names: Readonly<Record<PerformanceMeasure, string>> = {
  accuracy: 'accuracy',
  roc_auc: 'area under the ROC curve',
  mean_absolute_error: 'mean absolute error',
};

/**
 * Whether labelled rows were predicted worse than those of the baseline. One-sided: a gain is no alarm. Judged once
 * enough of the window's labels are there, and again when more come.
 */
export const performanceCheck: Check = context => {
  const { performance = null } = context;
  if (performance === null || performance === unlabelled) return [];
  const { sums, reference } = performance;
  const measures = measuresIn(reference?.sums ?? sums ?? noOutcomes);
  return measures.map(measure => measured(context, performance, { measure, of: measures.length }));
};

interface Measuring {
  readonly measure: PerformanceMeasure;
  /** Measures that share the level. */
  readonly of: number;
}

function measured(
  context: CheckContext,
  performance: WindowPerformance,
  { measure, of }: Measuring,
): Finding {
  const { sums, reference } = performance;
  const put = (what: Omit<Said, 'check' | 'subject'>) =>
    findingOf(context, { check: 'performance', subject: measure, ...what });
  const n = sums?.labelled ?? 0;
  const estimate = sums === null ? null : outcomeEstimate(measure, sums, 0.95);
  const shown =
    estimate === null
      ? { n, sentence: `No labelled row to measure the ${names[measure]} with yet.` }
      : {
          n,
          detail: { value: estimate.value, valueLow: estimate.low, valueHigh: estimate.high },
          sentence: `${capital(names[measure])} ${valueText(estimate.value)} on ${countText(n)} labelled rows`,
        };
  if (sums === null || estimate === null) return put({ ...shown, verdict: 'no-data' });
  if (reference === null)
    return put({
      ...shown,
      verdict: 'learning',
      sentence: `${shown.sentence}; shown, not judged: what it is held against is still being learnt.`,
    });
  if (!labelsSuffice(performance.labels))
    return put({
      ...shown,
      verdict: 'insufficient',
      sentence: `${shown.sentence}; ${waitText(performance)}.`,
    });
  const spread = outcomeSpread(measure, performance.blocks);
  const loss = performanceLoss(measure, { now: sums, before: reference.sums, spread }, 0.95);
  if (loss === null)
    return put({ ...shown, verdict: 'insufficient', sentence: `${shown.sentence}; too few.` });
  const alpha = context.alphaOf(null, 'performance') / of;
  return finding(context, {
    measure,
    alpha,
    loss,
    reference,
    blocks: spread === null ? 0 : spread.degrees + 1,
    factor: spread?.factor ?? 1,
  });
}

interface Judged {
  readonly measure: PerformanceMeasure;
  readonly alpha: number;
  readonly loss: PerformanceLoss;
  readonly reference: PerformanceReference;
  /** Past periods that the stream's own spread was learnt from; 0: rows count as independent. */
  readonly blocks: number;
  readonly factor: number;
}

function finding(context: CheckContext, judged: Judged): Finding {
  const { measure, alpha, loss, reference, blocks, factor } = judged;
  const tolerance = performanceTolerance(measure, loss.before.value);
  const least = studentIsf(alpha, loss.degrees) * loss.sd;
  const limit = blindTolerances * (measure === 'mean_absolute_error' ? errorTolerance : pointTolerance);
  const n = loss.now.n;
  const few = n < minimumRows || (measure === 'roc_auc' && loss.now.degrees < leastOfClass - 1);
  const worse = loss.p <= alpha && loss.value >= tolerance;
  const found = findingOf(context, {
    check: 'performance',
    subject: measure,
    verdict: worse ? 'drift' : few || least > limit ? 'insufficient' : 'stable',
    p: loss.p,
    alpha,
    effect: Math.max(0, loss.value),
    effectLow: Math.max(0, loss.low),
    effectHigh: Math.max(0, loss.high),
    tolerance,
    n,
    nReference: loss.before.n,
    smallestDetectable: least,
    fitted: blocks > 0,
    detail: {
      method: methods[measure],
      value: loss.now.value,
      valueLow: loss.now.low,
      valueHigh: loss.now.high,
      reference: loss.before.value,
      referenceLow: loss.before.low,
      referenceHigh: loss.before.high,
      referenceOf: reference.of,
      referenceFrom: reference.from * 1000,
      referenceTo: reference.to * 1000,
      spread: factor,
      blocks,
    },
    sentence: sentenceOf(judged, tolerance),
  });
  // Its noise is that of its own past periods, not of the fit of the features.
  const whole = (context.window.end - context.window.start <= 21_600 ? 4 : 1) * 27;
  const calibration = blocks === 0 ? 'learning' : blocks >= whole ? 'calibrated' : 'provisional';
  return { ...found, calibration, noiseVersion: 0 };
}

const methods: Readonly<Record<PerformanceMeasure, string>> = {
  accuracy: 'fisher-exact',
  roc_auc: 'delong',
  mean_absolute_error: 'welch',
};

function sentenceOf({ measure, alpha, loss, reference, blocks }: Judged, tolerance: number): string {
  const { now, before, p, value } = loss;
  const change =
    measure === 'mean_absolute_error'
      ? `${percentText(Math.abs(value))} ${value > 0 ? 'larger' : 'smaller'}`
      : `${numberText(Math.abs(100 * value))} points ${value > 0 ? 'lower' : 'higher'}`;
  const allowed =
    measure === 'mean_absolute_error' ? percentText(tolerance) : `${numberText(100 * tolerance)} points`;
  const where = reference.of === 'replaced' ? 'of the version before the retraining' : 'in the baseline';
  const past =
    blocks > 0 ? '' : `; rows count as independent until ${fewestBlocks} earlier periods are known`;
  return (
    `${capital(names[measure])} ${valueText(now.value)}, ${valueText(before.value)} ${where}: ${change} ` +
    `(tolerance ${allowed}); p ${numberText(p)} against ${numberText(alpha)} allowed; ${countText(now.n)} labelled ` +
    `rows against ${countText(before.n)}${past}.`
  );
}

function waitText({ labels: { rows, labelled, usual } }: WindowPerformance): string {
  const have = `${percentText(rows > 0 ? labelled / rows : 0)} of the rows have a label`;
  return usual === null
    ? `${have}, and how many will is still being learnt`
    : `${have}, ${percentText(usual)} do in the end: judged from ${percentText(enoughLabels * usual)} on`;
}

function valueText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'unknown';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
