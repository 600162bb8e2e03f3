import { calibrationOf } from '../detect/calibration.ts';
import type { Activation } from '../domain/baseline.ts';
import { strideSeconds, windowLengths } from '../domain/window.ts';
import type { ModelDetail } from '../http/ports.ts';

const needsBaseline: readonly (readonly [check: string, note: string])[] = [
  [
    'drift',
    'distribution of features, prediction and scores; pages at an effect of .10, .02 in what is rare; while the noise ' +
      'is learnt in windows of 24 h and longer only, at twice that',
  ],
  ['missing', 'share of missing values; pages at .02'],
  ['mismatch', 'share of values of a wrong type or not a number; pages at .02'],
  ['unseen', 'share of values the baseline never had; pages at .02'],
  ['schema', 'fields that appeared or vanished'],
  ['errors', 'share of errors, upward only'],
  [
    'latency',
    'latency, upward only, when p95 rose by a quarter; while the noise is learnt in windows of 24 h and longer only, ' +
      'by half',
  ],
  ['size', 'request and response bytes: exported, not judged'],
  ['volume', 'rows against the same hours of the week, a factor of two; judged once 14 days are there'],
  ['objective', 'errors and latency against what the configuration promises'],
  [
    'performance',
    'accuracy, area under the ROC curve or mean absolute error of labelled rows; pages at a loss of 2 points, or an ' +
      'error larger by a tenth; once labels come',
  ],
  ['label_coverage', 'share of the rows that get a label, beside what used to come: a warning'],
  ['reused', 'ids seen again with other contents: a warning that casts doubt on the data'],
  ['suspected_duplicates', 'ids seen under several times or versions, once a day: a warning'],
];

/** From when each check of a model can page: `blind` from the first record, the others once a baseline is active. */
export function checksFrom(
  activations: readonly Activation[],
  learning: string | null,
  firstSeen: number,
): ModelDetail['checks'] {
  const first = activations.filter(a => a.version === '').map(a => a.from);
  const from = first.length === 0 ? null : Math.min(...first);
  const wait = from === null ? ` (waits for the baseline${learning === null ? '' : `: ${learning}`})` : '';
  return [
    { check: 'blind', from: firstSeen, note: 'what could not be read in time; from the first record' },
    ...needsBaseline.map(([check, note]) => ({ check, from, note: note + wait })),
  ];
}

/**
 * How far the noise of a stream is known, by window length, for the newest window of each.
 *
 * @param firstSeen - bucket of the stream's first row, epoch milliseconds
 * @param now - run's clock, epoch milliseconds
 */
export function calibrationByLength(firstSeen: number, now: number): ModelDetail['calibration'] {
  return windowLengths.map(windowSeconds => {
    const stride = strideSeconds(windowSeconds);
    const end = Math.floor(now / 1000 / stride) * stride;
    const window = { start: end - windowSeconds, end };
    const { calibration, pagesFrom, calibratedFrom } = calibrationOf(window, firstSeen / 1000);
    return { windowSeconds, calibration, pagesFrom, calibratedFrom };
  });
}
