import { bothDirections, categoricalEffect } from '../../src/stats/effect-categorical.ts';
import { orderedEffect } from '../../src/stats/effect-ordered.ts';
import { tooFew } from './binomial.ts';
import { createFreezer } from './frozen.ts';
import { createMultinomial } from './multinomial.ts';
import { createRandom, type Random } from './random.ts';
import { designCategories } from './shapes.ts';
import { below, type Changed, createNormalReferences, movedShare, windowsEach } from './shifted.ts';
import { type Calibration, fixed, repeatsAt, rows, type Section, type Table } from './table.ts';

interface Change {
  readonly name: string;
  readonly changed?: Changed;
  /** Shares of the categories before and after. */
  readonly before?: readonly number[];
  readonly after?: readonly number[];
}

const [ten, hundred, thousand] = designCategories.map(({ shares }) => shares) as [
  number[],
  number[],
  number[],
];

const changes: readonly Change[] = [
  ...[0.05, 0.1, 0.3, 1].map(d => ({ name: `mean +${d} sd`, changed: (x: number) => below(x - d) })),
  ...[0.8, 1.1, 1.5].map(s => ({ name: `scale x ${s}`, changed: (x: number) => below(x / s) })),
  ...[0.01, 0.05].map(e => ({
    name: `${e * 100} % of rows at +6 sd`,
    changed: (x: number) => (1 - e) * below(x) + e * below((x - 6) / 0.1),
  })),
  { name: '5 % in a narrow bump', changed: x => 0.95 * below(x) + 0.05 * below((x - 0.5) / 0.05) },
  { name: '2 % from the first of 10 categories to the last', before: ten, after: moved(ten, 0.02) },
  { name: '10 % from the first of 10 categories to the last', before: ten, after: moved(ten, 0.1) },
  { name: '5 % from the first of 100 categories to the last', before: hundred, after: moved(hundred, 0.05) },
  {
    name: 'a new category beside 100, 2 %',
    before: [...hundred, 0],
    after: [...hundred.map(p => p * 0.98), 0.02],
  },
  { name: '100 categories, every other up by a fifth', before: hundred, after: tilted(hundred, 0.2) },
  { name: '1000 categories, every other up by a half', before: thousand, after: tilted(thousand, 0.5) },
];

const sizes = [
  [200, 5e4],
  [1e3, 5e4],
  [1e3, 5e3],
  [5e3, 5e4],
  [5e4, 5e4],
] as const;

function moved(shares: readonly number[], share: number): number[] {
  const last = shares.length - 1;
  return shares.map((p, i) => (i === 0 ? p - share : i === last ? p + share : p));
}

function tilted(shares: readonly number[], by: number): number[] {
  const weights = shares.map((p, i) => (i % 2 === 0 ? p : p * (1 + by)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}

export interface CoverageRow {
  readonly change: string;
  readonly n: number;
  readonly m: number;
  readonly truth: number;
  readonly repeats: number;
  readonly covered: number;
  /** Means over the repeats. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What is promised. */
const leastCoverage = 0.95;

export const effect: Calibration<CoverageRow> = { name: 'effect', run, assert };

function run(scale: number, say: (line: string) => void): Table<CoverageRow> {
  const data = changes.flatMap(change => {
    say(`effect: ${change.name}`);
    return sizes.map(([n, m]) => measure(change, { n, m }, repeatsAt(scale, 2000, 100)));
  });
  const worst = [...data].sort((a, b) => a.covered / a.repeats - b.covered / b.repeats)[0]!;
  const short = data.filter(row => row.covered / row.repeats < 0.95);
  return {
    name: effect.name,
    title: 'Effect: does the 95 % interval hold the share of rows that moved?',
    scale,
    about: [
      `${data[0]!.repeats} windows a cell, with a new reference for each (ordered values: at most ten windows, and a tenth of its rows, for one reference). What is true: for ordered values the largest difference in mass over all intervals (total variation here, as the densities cross at most twice), for categories half of the summed differences. Estimate and limits are means over the windows, whether or not a test would have fired.`,
    ],
    sections: sizes.map(pair => section(pair, data)),
    findings: [
      `Least coverage: ${describe(worst)}.`,
      short.length === 0
        ? `None of the ${data.length} cells is below .95.`
        : `Below .95 in ${short.length} of ${data.length} cells: ${short.map(describe).join('; ')}.`,
    ],
    data,
  };
}

function describe({ change, n, m, covered, repeats }: CoverageRow): string {
  return `${fixed(covered / repeats, 3)} (${change}, ${rows(n)} rows against ${rows(m)})`;
}

function section([n, m]: readonly [number, number], data: readonly CoverageRow[]): Section {
  return {
    caption: `${rows(n)} rows against ${rows(m)}`,
    head: ['change', 'moved', 'coverage', 'estimate', 'lower limit', 'upper limit'],
    rows: data
      .filter(row => row.n === n && row.m === m)
      .map(row => [
        row.change,
        fixed(row.truth, 3),
        fixed(row.covered / row.repeats, 3),
        fixed(row.estimate, 3),
        fixed(row.low, 3),
        fixed(row.high, 3),
      ]),
  };
}

interface Effect {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

function measure(
  change: Change,
  { n, m }: { readonly n: number; readonly m: number },
  repeats: number,
): CoverageRow {
  const random = createRandom(`effect, ${change.name}, ${n}, ${m}`);
  const { truth, next } =
    change.changed === undefined
      ? categoryEffects(change, { n, m }, random)
      : orderedEffects(change.changed, { n, m }, random);
  const sums = { covered: 0, estimate: 0, low: 0, high: 0 };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { estimate, low, high } = next();
    if (low <= truth && truth <= high) sums.covered++;
    sums.estimate += estimate;
    sums.low += low;
    sums.high += high;
  }
  return {
    change: change.name,
    n,
    m,
    truth,
    repeats,
    covered: sums.covered,
    estimate: sums.estimate / repeats,
    low: sums.low / repeats,
    high: sums.high / repeats,
  };
}

interface Effects {
  readonly truth: number;
  next(): Effect;
}

function orderedEffects(
  changed: Changed,
  { n, m }: { readonly n: number; readonly m: number },
  random: Random,
): Effects {
  const freeze = createNormalReferences(m, random);
  let left = windowsEach(n, m);
  let reference = freeze();
  let windows = reference.windows(changed);
  return {
    truth: trueMove(changed),
    next: () => {
      if (left-- === 0) {
        left = windowsEach(n, m) - 1;
        reference = freeze();
        windows = reference.windows(changed);
      }
      return orderedEffect(windows.draw(n), reference.frozen.reference);
    },
  };
}

/** On a grid so fine that it does not matter. */
function trueMove(changed: Changed): number {
  const step = 1e-3;
  const steps = 24_000;
  const before = new Float64Array(steps);
  const after = new Float64Array(steps);
  for (let i = 0; i < steps; i++) {
    const x = -12 + i * step;
    before[i] = below(x + step) - below(x);
    after[i] = changed(x + step) - changed(x);
  }
  return movedShare(after, before);
}

function categoryEffects(
  { before = [], after = [] }: Change,
  { n, m }: { readonly n: number; readonly m: number },
  random: Random,
): Effects {
  const freeze = createFreezer({ kind: 'categories', name: 'before', shares: before }, m, random);
  const windows = createMultinomial(after, random);
  return {
    truth: before.reduce((sum, p, i) => sum + Math.abs(p - after[i]!), 0) / 2,
    next: () => categoricalEffect(windows.draw(n), freeze().reference, bothDirections),
  };
}

function assert({ data }: Table<CoverageRow>): string[] {
  return data
    .filter(({ covered, repeats }) => tooFew(covered, repeats, { p: leastCoverage, looks: data.length }))
    .map(
      ({ change, n, m, covered, repeats }) =>
        `${change}, ${n} rows against ${m}: the interval holds the truth ${covered} times in ${repeats}`,
    );
}
