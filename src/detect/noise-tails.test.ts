import { describe, expect, test } from 'vitest';
import { normalDraw, seededRandom } from '../stats/random.ts';
import { fitWindowModel, testWindow } from '../stats/window-model.ts';
import { withOwnTails } from './noise-tails.ts';

const weekendOf = () => false;
const size = 672;

/** Fit of hourly means made by `draw`, without and with the tails of its own windows. */
function fitsOf(draw: (random: () => number, hour: number) => number, share = false, v1 = 1, n = 200) {
  const random = seededRandom(11);
  const values = Float64Array.from({ length: size }, (_, hour) => draw(random, hour));
  const rows = new Float64Array(size).fill(n);
  const plain = fitWindowModel({ hour0: 0, rows, values, v1, lengths: [1, 6, 24], weekendOf })!;
  return { plain, own: withOwnTails(plain, { from: 0, rows, values, weekendOf }, share) };
}

describe('the tails of a fit', () => {
  test('keep nearly normal where windows scatter normally, and nothing but the degrees of freedom changes', () => {
    const { plain, own } = fitsOf(random => 0.1 * normalDraw(random));
    expect(own.lengths[1]!.df).toBeGreaterThan(15);
    expect(own.lengths[1]!.df).toBeLessThanOrEqual(plain.lengths[1]!.df);
    const { phi, tau2 } = plain.lengths[1]!;
    expect(own.lengths[1]).toMatchObject({ phi, tau2 });
    expect({ ...own, lengths: 0 }).toEqual({ ...plain, lengths: 0 });
  });

  test('have the fourth moment of the windows: a square of a normal level, and batches in few hours', () => {
    const square = fitsOf(random => 0.1 * normalDraw(random) ** 2);
    // Its excess kurtosis is 12.
    expect(square.own.lengths[1]!.df).toBeGreaterThan(4);
    expect(square.own.lengths[1]!.df).toBeLessThan(6);
    // A day averages over its hours, and 28 days say little of a fourth moment.
    expect(square.own.lengths[24]).toEqual(square.plain.lengths[24]);
    const batches = fitsOf((random, hour) => 0.07 * normalDraw(random) + (hour % 13 === 0 ? 0.5 : 0));
    expect(batches.own.lengths[1]!.df).toBeLessThan(6);
    // One more such hour is nothing new.
    const window = { hours: [0], rows: [200], values: [batches.own.season[0]! + 0.5], length: 1, weekendOf };
    expect(testWindow(batches.plain, window).p).toBeLessThan(0.003);
    expect(testWindow(batches.own, window).p).toBeGreaterThan(2 * testWindow(batches.plain, window).p);
  });

  test('of a rare share leave to the exact test what plain counting explains', () => {
    const p = 0.005;
    const counted = (random: () => number) => {
      let count = 0;
      for (let row = 0; row < 200; row++) count += random() < p ? 1 : 0;
      return count / 200;
    };
    const asScore = fitsOf(counted, false, p * (1 - p));
    const asShare = fitsOf(counted, true, p * (1 - p));
    const [score, counts] = [asScore.own.lengths[1]!.df, asShare.own.lengths[1]!.df];
    expect(score).toBeLessThan(12);
    expect(counts).toBeGreaterThan(1.4 * score);
  });

  test('stay as they are without spread or without rows', () => {
    const { plain, own } = fitsOf(() => 0);
    expect(own).toEqual(plain);
    const rows = new Float64Array(size);
    expect(withOwnTails(plain, { from: 0, rows, values: rows, weekendOf }, false)).toEqual(plain);
  });
});
