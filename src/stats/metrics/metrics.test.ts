import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohenKappa, matthewsCorrelation } from './agreement.ts';
import { averagePrecision } from './average-precision.ts';
import { brierScore } from './brier.ts';
import { calibrationError } from './calibration-error.ts';
import { accuracy, classRates, confusionMatrix, meanRates } from './confusion.ts';
import { logLoss, logLossOfClasses } from './log-loss.ts';
import { ndcg } from './ranking.ts';
import { regressionErrors } from './regression.ts';
import { rocAuc, rocAucOfClasses } from './roc-auc.ts';

// Values of scikit-learn are met in src/vectors/run.test.ts; these are the laws and the edges.
const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 8 })), {
  minLength: 1,
  maxLength: 40,
});

describe('classes', () => {
  it('ROC area is the share of pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(rows, pairs => {
        const up = pairs.filter(([y]) => y === 1).map(([, s]) => s);
        const down = pairs.filter(([y]) => y === 0).map(([, s]) => s);
        const area = rocAuc(
          pairs.map(([y]) => y),
          pairs.map(([, s]) => s),
        );
        if (up.length === 0 || down.length === 0) expect(area).toBeNull();
        else {
          const wins = up.flatMap(a => down.map(b => (a > b ? 1 : a === b ? 0.5 : 0)));
          expect(area).toBeCloseTo(wins.reduce<number>((s, w) => s + w, 0) / wins.length, 12);
        }
      }),
    );
  });

  it('does not change the order of its input', () => {
    const score = Object.freeze([3, 1, 2]);
    rocAuc([0, 1, 1], score);
    averagePrecision([0, 1, 1], score);
    ndcg([0, 1, 1], score);
    expect(score).toEqual([3, 1, 2]);
  });

  it('average precision is 1 for a perfect order, the share of positives for one score, 0 without positives', () => {
    expect(averagePrecision([1, 1, 0], [3, 2, 1])).toBe(1);
    expect(averagePrecision([1, 0, 0, 1], [5, 5, 5, 5])).toBe(0.5);
    expect(averagePrecision([0, 0], [1, 2])).toBe(0);
  });

  it('a confusion matrix holds every row once; micro means are the accuracy', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 50 }), pairs => {
        const matrix = confusionMatrix(
          pairs.map(([y]) => y),
          pairs.map(([, p]) => p),
          4,
        );
        expect(matrix.flat().reduce((s, v) => s + v, 0)).toBe(pairs.length);
        expect(meanRates(matrix, 'micro').f1).toBe(accuracy(matrix));
        expect(meanRates(matrix, 'weighted').recall).toBeCloseTo(accuracy(matrix), 12);
        expect(Math.abs(matthewsCorrelation(matrix))).toBeLessThanOrEqual(1 + 1e-12);
        expect(cohenKappa(matrix)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('nothing to divide by is 0', () => {
    expect(
      classRates(
        [
          [5, 0],
          [0, 0],
        ],
        1,
      ),
    ).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(
      matthewsCorrelation([
        [5, 0],
        [0, 0],
      ]),
    ).toBe(0);
    expect(
      cohenKappa([
        [5, 0],
        [0, 0],
      ]),
    ).toBe(0);
    expect(
      accuracy([
        [0, 0],
        [0, 0],
      ]),
    ).toBe(0);
  });

  it('ROC areas of classes: both schemes are the plain one for two classes, null when a class is missing', () => {
    const scores = [
      [0.9, 0.1],
      [0.4, 0.6],
      [0.6, 0.4],
      [0.2, 0.8],
    ];
    const plain = rocAuc(
      [0, 0, 1, 1],
      scores.map(row => row[1]!),
    )!;
    expect(rocAucOfClasses([0, 0, 1, 1], scores, 'ovr')).toBeCloseTo(plain, 12);
    expect(rocAucOfClasses([0, 0, 1, 1], scores, 'ovo')).toBeCloseTo(plain, 12);
    expect(rocAucOfClasses([0, 0, 0, 0], scores, 'ovr')).toBeNull();
    expect(rocAucOfClasses([], [], 'ovr')).toBeNull();
  });
});

describe('probabilities', () => {
  it('certain and wrong is bad but finite', () => {
    expect(logLoss([1], [0])).toBeCloseTo(52 * Math.LN2, 9);
    expect(logLossOfClasses([1], [[1, 0]])).toBeCloseTo(52 * Math.LN2, 9);
  });

  it('two classes are the binary loss', () => {
    const score = [0.2, 0.7, 0.9];
    const both = score.map(p => [1 - p, p]);
    expect(logLossOfClasses([0, 1, 1], both)).toBeCloseTo(logLoss([0, 1, 1], score), 12);
  });

  it('calibration error is 0 when shares come true; 1 belongs to the last range', () => {
    expect(calibrationError([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5], 10)).toBe(0);
    expect(calibrationError([1, 0], [1, 0], 15)).toBe(0);
    expect(calibrationError([0], [1], 10)).toBe(1);
  });

  it('no rows, no loss', () => {
    expect([
      logLoss([], []),
      logLossOfClasses([], []),
      brierScore([], []),
      calibrationError([], [], 10),
    ]).toEqual([0, 0, 0, 0]);
  });
});

describe('numbers and rankings', () => {
  it('right predictions have no error; a constant truth explains nothing unless met', () => {
    expect(regressionErrors([2, 2], [2, 2])).toMatchObject({ mae: 0, rmse: 0, r2: 1, max: 0, mean: 0 });
    expect(regressionErrors([2, 2], [2, 3]).r2).toBe(0);
    expect(regressionErrors([1, 2, 3], [2, 2, 2]).r2).toBe(0);
    expect(regressionErrors([1, 2, 3, 4], [1, 3, 5, 7])).toMatchObject({ medianAbsolute: 1.5, mean: 1.5 });
  });

  it('the best order gains 1, nothing relevant 0, ties their mean', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), relevance => {
        const best = ndcg(relevance, relevance);
        expect(best).toBeCloseTo(relevance.some(value => value > 0) ? 1 : 0, 12);
        const flat = relevance.map(() => 1);
        const orders = ndcg(relevance, flat, { ties: 'first' });
        const backwards = ndcg([...relevance].reverse(), flat, { ties: 'first' });
        if (relevance.length === 2) {
          expect(ndcg(relevance, flat)).toBeCloseTo((orders + backwards) / 2, 12);
        }
      }),
    );
  });
});
