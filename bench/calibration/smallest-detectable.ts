import { normalIsf } from '../../src/stats/normal.ts';
import { numericTest } from '../../src/stats/numeric-test.ts';
import { smallestDetectable } from '../../src/stats/smallest-detectable.ts';
import { tooFew, tooMany } from './binomial.ts';
import { createRandom } from './random.ts';
import { below, createNormalReferences, windowsEach } from './shifted.ts';
import { type Calibration, fixed, repeatsAt, rows, type Table } from './table.ts';

const settings = [
  { n: 200, m: 10_000, alpha: 1e-3 },
  { n: 500, m: 50_000, alpha: 2.8e-5 },
  { n: 2000, m: 50_000, alpha: 2.8e-5 },
  { n: 2000, m: 50_000, alpha: 1e-6 },
  { n: 5000, m: 5000, alpha: 2.8e-5 },
  { n: 5000, m: 1000, alpha: 1e-3 },
  { n: 20_000, m: 50_000, alpha: 7e-6 },
  { n: 50_000, m: 200_000, alpha: 1e-6 },
] as const;

/** Shifts of so many times the share that is said to be found half of the time. */
const factors = [0.9, 1, 1.1] as const;

export interface DetectableRow {
  readonly n: number;
  readonly m: number;
  readonly alpha: number;
  /** What is said: share of rows. */
  readonly said: number;
  readonly repeats: number;
  /** Times found at each factor. */
  readonly found: readonly number[];
}

export const smallest: Calibration<DetectableRow> = { name: 'smallest-detectable', run, assert };

function run(scale: number, say: (line: string) => void): Table<DetectableRow> {
  const data = settings.map(setting => {
    say(`smallest-detectable: ${setting.n} rows against ${setting.m}`);
    return measure(setting, repeatsAt(scale, 3000, 100));
  });
  const worst = [...data].sort((a, b) => Math.abs(1 - halfway(b)) - Math.abs(1 - halfway(a)))[0]!;
  return {
    name: smallest.name,
    title: 'Smallest detectable share: is it found half of the time?',
    scale,
    about: [
      `A standard normal variable is shifted so that exactly the share said to be detectable moves, and 10 % less and more; ${data[0]!.repeats} windows each, the whole numeric test. The share that is found half of the time comes from a straight line through the three probits.`,
    ],
    sections: [
      {
        caption: 'Share of windows in which the shift is found',
        head: [
          'rows, reference',
          'alpha',
          'said',
          'at 0.9 of it',
          'at it',
          'at 1.1 of it',
          'found half of the time, over said',
        ],
        rows: data.map(row => [
          `${rows(row.n)}, ${rows(row.m)}`,
          String(row.alpha),
          fixed(row.said, 4),
          ...row.found.map(times => fixed(times / row.repeats)),
          `${fixed(halfway(row), 3)} ±${fixed(halfwayError(row), 3)}`,
        ]),
      },
    ],
    findings: [
      `Furthest from 1: ${fixed(halfway(worst), 3)} at ${rows(worst.n)}, ${rows(worst.m)}, alpha ${worst.alpha} (below 1: smaller shifts than said are found half of the time).`,
    ],
    data,
  };
}

function measure(setting: (typeof settings)[number], repeats: number): DetectableRow {
  const { n, m, alpha } = setting;
  const said = smallestDetectable(n, m, alpha);
  const random = createRandom(`smallest detectable, ${n}, ${m}, ${alpha}`);
  const freeze = createNormalReferences(m, random);
  const each = windowsEach(n, m);
  const shifts = factors.map(factor => 2 * normalIsf(0.5 - (said * factor) / 2));
  const found = factors.map(() => 0);
  for (let repeat = 0; repeat < repeats; ) {
    const reference = freeze();
    const windows = shifts.map(shift => reference.windows(x => below(x - shift)));
    for (let i = 0; i < each && repeat < repeats; i++, repeat++)
      windows.forEach((window, factor) => {
        if (numericTest(window.draw(n), reference.frozen.reference).p <= alpha) found[factor]! += 1;
      });
  }
  return { n, m, alpha, said, repeats, found };
}

/** Where the line through the probits crosses one half, as a multiple of what is said. */
function halfway({ found, repeats }: DetectableRow): number {
  const probits = found.map(times => -normalIsf((times + 0.5) / (repeats + 1)));
  const slope = (probits[2]! - probits[0]!) / (factors[2] - factors[0]);
  const mean = (probits[0]! + probits[1]! + probits[2]!) / 3;
  return 1 - mean / slope;
}

/** A probit near one half has a standard error of 1.25 / sqrt(repeats). */
function halfwayError({ found, repeats }: DetectableRow): number {
  const probits = found.map(times => -normalIsf((times + 0.5) / (repeats + 1)));
  const slope = (probits[2]! - probits[0]!) / (factors[2] - factors[0]);
  return 1.25 / Math.sqrt(3 * repeats) / slope;
}

function assert({ data }: Table<DetectableRow>): string[] {
  const looks = 2 * data.length;
  return data.flatMap(({ n, m, alpha, found, repeats }) => {
    const name = `${n} rows against ${m} at ${alpha}`;
    const out: string[] = [];
    if (tooMany(found[0]!, repeats, { p: 0.5, looks }))
      out.push(`${name}: 10 % less is found more often than not`);
    if (tooFew(found[2]!, repeats, { p: 0.5, looks }))
      out.push(`${name}: 10 % more is missed more often than not`);
    return out;
  });
}
