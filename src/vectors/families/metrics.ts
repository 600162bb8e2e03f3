import { cohenKappa, matthewsCorrelation } from '../../stats/metrics/agreement.ts';
import { averagePrecision } from '../../stats/metrics/average-precision.ts';
import { brierScore } from '../../stats/metrics/brier.ts';
import { calibrationError } from '../../stats/metrics/calibration-error.ts';
import { accuracy, classRates, confusionMatrix, meanRates } from '../../stats/metrics/confusion.ts';
import { logLoss, logLossOfClasses } from '../../stats/metrics/log-loss.ts';
import { ndcg } from '../../stats/metrics/ranking.ts';
import { regressionErrors } from '../../stats/metrics/regression.ts';
import { rocAuc, rocAucOfClasses } from '../../stats/metrics/roc-auc.ts';
import type { Family, VectorCase } from '../case.ts';

type Numbers = readonly number[];

/** Performance metrics of classifiers, regressions and rankings. */
export const metrics: Family = {
  answer(asked) {
    switch (asked.kind) {
      case 'binary':
        return ofBinary(asked.inputs as { y: Numbers; score: Numbers; threshold: number });
      case 'multiclass':
        return ofClasses(asked.inputs as { y: string[]; pred: string[]; proba: Numbers[]; labels: string[] });
      case 'regression':
        return ofRegression(asked.inputs as { y: Numbers; pred: Numbers });
      case 'ranking':
        return ofRanking(asked);
      default:
        return null;
    }
  },
  tolerance: () => ({ relative: 1e-12, absolute: 1e-12 }),
};

function ofBinary({ y, score, threshold }: { y: Numbers; score: Numbers; threshold: number }) {
  const predicted = score.map(value => Number(value >= threshold));
  const confusion = confusionMatrix(y, predicted, 2);
  return {
    accuracy: accuracy(confusion),
    ...classRates(confusion, 1),
    confusion,
    ...named('macro', confusion),
    mcc: matthewsCorrelation(confusion),
    roc_auc: rocAuc(y, score),
    average_precision: averagePrecision(y, score),
    log_loss: logLoss(y, score),
    brier: brierScore(y, score),
    ece_10: calibrationError(y, score, 10),
    ece_15: calibrationError(y, score, 15),
  };
}

function ofClasses(inputs: { y: string[]; pred: string[]; proba: Numbers[]; labels: string[] }) {
  const index = new Map(inputs.labels.map((label, i) => [label, i]));
  const actual = inputs.y.map(label => index.get(label)!);
  const confusion = confusionMatrix(
    actual,
    inputs.pred.map(label => index.get(label)!),
    inputs.labels.length,
  );
  return {
    accuracy: accuracy(confusion),
    confusion,
    ...named('macro', confusion),
    ...named('weighted', confusion),
    ...named('micro', confusion),
    mcc: matthewsCorrelation(confusion),
    cohen_kappa: cohenKappa(confusion),
    log_loss: logLossOfClasses(actual, inputs.proba),
    roc_auc_ovr_macro: rocAucOfClasses(actual, inputs.proba, 'ovr'),
    roc_auc_ovo_macro: rocAucOfClasses(actual, inputs.proba, 'ovo'),
  };
}

function named(mean: 'macro' | 'weighted' | 'micro', confusion: readonly Numbers[]) {
  const rates = meanRates(confusion, mean);
  return Object.fromEntries(Object.entries(rates).map(([name, value]) => [`${name}_${mean}`, value]));
}

function ofRegression({ y, pred }: { y: Numbers; pred: Numbers }) {
  const found = regressionErrors(y, pred);
  return {
    mae: found.mae,
    mse: found.mse,
    rmse: found.rmse,
    mape: found.mape,
    r2: found.r2,
    median_ae: found.medianAbsolute,
    max_error: found.max,
    mean_error: found.mean,
  };
}

/** The keys say what is asked: `ndcg@5`, `ndcg@all_noties`, `ndcg@10_exp`. */
function ofRanking(asked: VectorCase): Record<string, number | null> {
  const { relevance, score } = asked.inputs as { relevance: Numbers; score: Numbers };
  const answers: Record<string, number | null> = {};
  const tied = new Set(score).size < score.length;
  for (const key of Object.keys(asked.expected as object)) {
    const parts = /^ndcg@(all|\d+)(_noties|_exp)?$/.exec(key);
    if (parts === null) continue;
    if (parts[2] === '_noties' && tied) {
      answers[key] = null;
      continue;
    }
    answers[key] = ndcg(relevance, score, {
      ...(parts[1] === 'all' ? {} : { places: Number(parts[1]) }),
      ...(parts[2] === '_exp' ? { ties: 'first', gain: 'exponential' } : {}),
    });
  }
  return answers;
}
