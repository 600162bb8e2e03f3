import { sharePValue } from '../../stats/share-test.ts';
import { fitWindowModel, testWindow, type WindowFit } from '../../stats/window-model.ts';

interface Stream {
  /** Number of the first hour. */
  readonly h0: number;
  /** Rows by hour. */
  readonly n: readonly number[];
  readonly v1: number;
  readonly test_hours: readonly number[];
  readonly test_n: readonly number[];
}

interface Scores extends Stream {
  readonly y: readonly number[];
  readonly test_y: readonly number[];
}

interface Shares extends Stream {
  readonly x: readonly number[];
  readonly test_x: readonly number[];
}

/** A stream of hourly means, and one window after it. */
export function ofWindowModel(inputs: unknown) {
  const scores = inputs as Scores;
  const length = scores.test_n.length;
  const fit = fitted(scores, scores.y, length);
  const noise = fit.lengths[length]!;
  return {
    fit: [noise.phi, noise.tau2, noise.df],
    beta: fit.season,
    test: testWindow(fit, {
      hours: scores.test_hours,
      rows: scores.test_n,
      values: scores.test_y,
      length,
    }),
  };
}

/** A stream of hourly shares, and one window after it; the history is the reference, too. */
export function ofShare(inputs: unknown) {
  const shares = inputs as Shares;
  const length = shares.test_n.length;
  const values = shares.x.map((count, i) => (shares.n[i]! > 0 ? count / shares.n[i]! : 0));
  const p = sharePValue(fitted(shares, values, length), {
    hours: shares.test_hours,
    rows: shares.test_n,
    counts: shares.test_x,
    length,
    reference: { count: total(shares.x), rows: total(shares.n) },
  });
  return { p };
}

function fitted(stream: Stream, values: readonly number[], length: number): WindowFit {
  const history = { hour0: stream.h0, rows: stream.n, values, v1: stream.v1, lengths: [length] };
  const fit = fitWindowModel(history);
  if (fit === null) throw new Error('a history of fewer than 72 hours');
  return fit;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
