import { normalIsf } from '../stats/normal.ts';
import { numericWeights } from '../stats/numeric-test.ts';
import { smallestDetectable } from '../stats/smallest-detectable.ts';
import { studentSf } from '../stats/student-t.ts';
import type { WindowTests } from './window-noise.ts';

/** Share of a subject's level that the location component has. */
const locationShare = numericWeights.z1;

/**
 * Smallest share of rows that a pure shift must move to be found half of the time, given what the stream does by
 * itself: that of independent rows, times how much wider the stream scatters than they would, times how much heavier
 * the tails of its noise are than normal ones. By the location score, or by the noisiest share where there is none.
 *
 * @param n - rows of the window
 * @param m - rows of the reference
 */
export function detectableUnderNoise(
  tests: WindowTests,
  { n, m }: { readonly n: number; readonly m: number },
  alpha: number,
): number {
  const independent = smallestDetectable(n, m, alpha);
  if (independent >= 1) return 1;
  const location = tests.score('z1');
  const shares = tests.specs.filter(({ kind, name }) => kind === 'share' && name !== 'mismatch');
  const found = location === null ? shares.map(({ name }) => tests.share(name)) : [location];
  const level = (alpha * locationShare) / 2;
  const widest = found.reduce((most, test) => {
    if (test === null) return most;
    const tails = studentQuantile(level, test.df) / normalIsf(level);
    return Math.max(most, (tails * test.sd) / Math.sqrt(test.v1 * (1 / n + 1 / m)));
  }, 0);
  return widest === 0 ? 1 : Math.min(1, independent * widest);
}

/** Values of `studentQuantile`, of which a run asks for the same few over and over: levels and fits seldom change. */
const quantiles = new Map<string, number>();
const quantilesKept = 10_000;

/** Value of Student's t with upper tail p, by halving: monotone, and exact enough for a figure that is shown. */
export function studentQuantile(p: number, df: number): number {
  const key = `${p} ${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  if (quantiles.size >= quantilesKept) quantiles.clear();
  const found = halved(p, df);
  quantiles.set(key, found);
  return found;
}

function halved(p: number, df: number): number {
  let [low, high] = [0, 1];
  while (studentSf(high, df) > p && high < 1e9) high *= 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (studentSf(middle, df) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
