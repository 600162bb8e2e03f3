import { categoricalTest } from '../../src/stats/categorical-test.ts';
import { pearson } from '../../src/stats/chi-square.ts';
import { ksTest } from '../../src/stats/kolmogorov-smirnov.ts';
import { andersonDarling } from '../../src/stats/measures/anderson-darling.ts';
import { normalSf } from '../../src/stats/normal.ts';
import { numericTest } from '../../src/stats/numeric-test.ts';
import { tooFew } from './binomial.ts';
import { createFreezer } from './frozen.ts';
import { effectBy } from './judged.ts';
import { createMultinomial } from './multinomial.ts';
import { createRandom, type Random } from './random.ts';
import { designCategories } from './shapes.ts';
import { below, type Changed, createNormalReferences, windowsEach } from './shifted.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

/** One false alarm a month over 50 features and 720 windows. */
const alpha = 2.8e-5;
const rowsReference = 50_000;

interface Change {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Published power at each size: Leeway, then Kolmogorov-Smirnov, Anderson-Darling, chi-square. */
  readonly published: readonly (readonly number[])[];
  readonly changed?: Changed;
  readonly missing?: number;
  readonly newCategory?: number;
}

const changes: readonly Change[] = [
  {
    name: 'mean +0.1 sd',
    sizes: [3000, 5000],
    published: [
      [0.81, 0.63, 0.86, 0.47],
      [0.98, 0.93, 0.985, 0.87],
    ],
    changed: x => below(x - 0.1),
  },
  {
    name: 'scale x 1.1',
    sizes: [2000, 4000],
    published: [
      [0.73, 0, 0.08, 0.38],
      [1, 0.07, 0.67, 0.93],
    ],
    changed: x => below(x / 1.1),
  },
  {
    name: '1 % of rows at +6 sd',
    sizes: [300, 1000],
    published: [
      [0.55, 0, 0, 0],
      [0.99, 0, 0, 0],
    ],
    changed: x => 0.99 * below(x) + 0.01 * below((x - 6) / 0.1),
  },
  {
    name: '5 % in a narrow bump',
    sizes: [2000, 3000],
    published: [
      [0.75, 0.06, 0.01, 0.28],
      [0.97, 0.18, 0.03, 0.59],
    ],
    changed: x => 0.95 * below(x) + 0.05 * below((x - 0.5) / 0.05),
  },
  {
    name: 'missing 0 to 1 %',
    sizes: [300, 1000],
    published: [
      [0.56, 0, 0, 0],
      [0.98, 0, 0, 0],
    ],
    missing: 0.01,
  },
  { name: 'new category, 1 %', sizes: [500, 1000], published: [[0.73], [0.99]], newCategory: 0.01 },
];

const methods = ['Leeway', 'Kolmogorov-Smirnov', 'Anderson-Darling', 'chi-square, 10 bins'] as const;

export interface PowerRow {
  readonly change: string;
  readonly n: number;
  readonly repeats: number;
  readonly published: readonly number[];
  /** Times found, in the order of the methods. */
  readonly found: readonly number[];
  /** Times found by Leeway with an effect of at least the tolerance. */
  readonly drift: number;
}

export const power: Calibration<PowerRow> = { name: 'power', run, assert };

function run(scale: number, say: (line: string) => void): Table<PowerRow> {
  const data = changes.flatMap(change =>
    change.sizes.map((n, i) => {
      say(`power: ${change.name}, ${n} rows`);
      return measure(change, { n, published: change.published[i]! }, repeatsAt(scale, 4000, 100));
    }),
  );
  return {
    name: power.name,
    title: 'Power: how often a change is found',
    scale,
    about: [
      `At alpha ${alpha} (one a month over 50 features and 720 windows), against a reference of ${rowsReference} standard normal rows in 1,024 bins, ${data[0]!.repeats} windows each (at most ten for one reference, and a tenth of its rows; standard error at most ${fixed(0.5 / Math.sqrt(data[0]!.repeats), 3)}). The published figures are in brackets.`,
      'The bump is 5 % of the rows around +0.5 sd, with a deviation of 0.05 sd. The others see the same counts: Kolmogorov-Smirnov and Anderson-Darling (limiting law; its tail by Zolotarev) all bins, chi-square ten groups of equal reference mass. None of them looks at missing values.',
    ],
    sections: [
      {
        caption: 'Share of windows in which the change is found',
        head: ['change', 'rows', 'Leeway', 'Leeway, effect >= tolerance too', ...methods.slice(1)],
        rows: data.map(line),
      },
    ],
    findings: [`Largest difference of Leeway from the published power: ${largest(data)}.`],
    data,
  };
}

function line({ change, n, repeats, found, published, drift }: PowerRow): string[] {
  const cells = found.map((times, i) => `${fixed(times / repeats)} (${published[i] ?? '-'})`);
  while (cells.length < methods.length) cells.push('-');
  return [change, String(n), cells[0]!, fixed(drift / repeats), ...cells.slice(1)];
}

function largest(data: readonly PowerRow[]): string {
  const gap = (row: PowerRow) => row.found[0]! / row.repeats - row.published[0]!;
  const row = [...data].sort((a, b) => Math.abs(gap(b)) - Math.abs(gap(a)))[0]!;
  return `${gap(row) > 0 ? '+' : ''}${fixed(gap(row), 3)} (${row.change}, ${row.n} rows)`;
}

function measure(
  change: Change,
  { n, published }: { readonly n: number; readonly published: readonly number[] },
  repeats: number,
): PowerRow {
  const random = createRandom(`power, ${change.name}, ${n}`);
  const found = published.map(() => 0);
  let drift = 0;
  const next =
    change.newCategory === undefined ? numericWindows(change, n, random) : categoryWindows(change, n, random);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { p, matters } = next();
    p.forEach((value, method) => (found[method]! += value <= alpha ? 1 : 0));
    if (matters) drift++;
  }
  return { change: change.name, n, repeats, published, found, drift };
}

interface Outcome {
  readonly p: readonly number[];
  readonly matters: boolean;
}

function numericWindows(change: Change, n: number, random: Random): () => Outcome {
  const freeze = createNormalReferences(rowsReference, random);
  let left = windowsEach(n, rowsReference);
  let reference = freeze();
  let windows = reference.windows(change.changed ?? below);
  return () => {
    if (left-- === 0) {
      left = windowsEach(n, rowsReference) - 1;
      reference = freeze();
      windows = reference.windows(change.changed ?? below);
    }
    const absent = random.binomial(n, change.missing ?? 0);
    const current = windows.draw(n - absent);
    const missing = { current: absent, reference: 0 };
    const counts = reference.frozen.reference;
    const test = numericTest(current, counts, missing);
    const matters =
      test.p <= alpha && effectBy(test.by, { kind: 'numeric', current, reference: counts, missing }).matters;
    const plain = [Array.from(current), Array.from(counts)] as const;
    return { p: [test.p, ksTest(...plain).p, andersonDarlingP(...plain), groupedP(...plain)], matters };
  };
}

function categoryWindows(change: Change, n: number, random: Random): () => Outcome {
  const share = change.newCategory ?? 0;
  const known = designCategories[0]!.shares;
  const freeze = createFreezer(
    { kind: 'categories', name: 'known', shares: [...known, 0] },
    rowsReference,
    random,
  );
  const windows = createMultinomial([...known.map(p => p * (1 - share)), share], random);
  return () => {
    const { reference } = freeze();
    const current = windows.draw(n);
    const test = categoricalTest(current, reference);
    const matters = test.p <= alpha && effectBy(test.by, { kind: 'categorical', current, reference }).matters;
    return { p: [test.p], matters };
  };
}

/** The limiting law is the sum of Z_j^2 / (j (j + 1)); far out only the first term and the mean pull of the rest matter. */
function andersonDarlingP(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const deviation = Math.sqrt((2 * (Math.PI ** 2 - 9)) / 3);
  const statistic = 1 + andersonDarling(current, reference) * deviation;
  return statistic > 2 ? 2 * Math.sqrt(3) * normalSf(Math.sqrt(2 * statistic)) : 1;
}

function groupedP(current: readonly number[], reference: readonly number[]): number {
  const groups = 10;
  const a = Array.from({ length: groups }, () => 0);
  const b = Array.from({ length: groups }, () => 0);
  let before = 0;
  for (let i = 0; i < current.length; i++) {
    const group = Math.min(groups - 1, Math.floor((before / rowsReference) * groups));
    a[group]! += current[i]!;
    b[group]! += reference[i]!;
    before += reference[i]!;
  }
  return pearson(a, b).p;
}

function assert({ data }: Table<PowerRow>): string[] {
  return data
    .filter(({ found, repeats, published }) => {
      // Published figures have noise of their own; a change must be found nearly as often.
      const p = Math.max(0, published[0]! - 0.06);
      return tooFew(found[0]!, repeats, { p, looks: data.length });
    })
    .map(
      ({ change, n, found, repeats }) =>
        `${change} with ${n} rows is found ${found[0]} times in ${repeats} only`,
    );
}
