import { alarmLevel } from '../../src/stats/budget.ts';
import { categoricalTest } from '../../src/stats/categorical-test.ts';
import { numericTest } from '../../src/stats/numeric-test.ts';
import {
  type Binned,
  correlation,
  countRows,
  createCellTable,
  type Feature,
  freezeBins,
} from './correlated-rows.ts';
import { effectBy, type Pair } from './judged.ts';
import { createRandom, type Random } from './random.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

/** Hours of a window, and between two windows. */
const lengths = [
  [1, 1],
  [6, 1],
  [24, 4],
  [168, 28],
] as const;
const monthHours = 720;
/** Before the month, so that its first long window is full. */
const leadHours = 168;
const rowsReference = 50_000;
const mostBins = 64;
const budget = 1;

/** 50 features: most continuous, some with missing values, some with few values, many zeros, or categories. */
const features: readonly Feature[] = Array.from({ length: 50 }, (_, i) => ({
  kind: i < 35 ? 'continuous' : i < 40 ? 'integers' : i < 45 ? 'zeros' : 'categories',
  missing: i % 5 === 0,
}));

/** False verdicts of one simulated month, by window length. */
export interface Month {
  readonly rowsAnHour: number;
  readonly byP: readonly number[];
  readonly withTolerance: readonly number[];
  readonly paging: readonly number[];
  /** Windows with any false verdict by p alone. */
  readonly windows: readonly number[];
}

export const budgetIid: Calibration<Month> = { name: 'budget-iid', run, assert };

function run(scale: number, say: (line: string) => void): Table<Month> {
  const months = repeatsAt(scale, 200, 4);
  const table = createCellTable();
  const data: Month[] = [];
  for (let month = 0; month < months; month++) {
    if (month % 10 === 0) say(`budget-iid: month ${month} of ${months}`);
    data.push(simulate(month, months, table));
  }
  const mean = (of: keyof Counted) => meanOf(data.map(month => total(month[of])));
  return {
    name: budgetIid.name,
    title: 'The budget: false verdicts of a model in a month of independent rows',
    scale,
    about: [
      `${months} months of ${features.length} features (35 continuous, 5 of eight integers, 5 with 70 % zeros, 5 of ten categories; every fifth with 1 % missing values), any two correlated ${correlation} through a common factor, row by row. Each month has its own rate of 300 to 2,000 rows an hour (hours vary as Poisson counts) and its own reference of ${rowsReference} rows. Budget ${budget}; windows of ${lengths.map(([hours]) => hours).join(', ')} h at every stride, long ones added up from hourly counts.`,
      `Continuous features have ${mostBins} bins here, not 1,024, to save time. The common factor has 64 steps and the rest 4,096: window and reference come from the same discrete law, so nothing is approximated in the null.`,
    ],
    sections: [
      {
        caption: 'False verdicts a month, mean with its standard error over months',
        head: [
          'windows',
          'by p alone',
          'effect >= tolerance too',
          'effect >= paging tolerance',
          'windows with one by p',
        ],
        rows: [...lengths.map(([hours], i) => line(`${hours} h`, data, i)), line('all', data)],
      },
    ],
    findings: [
      `At a budget of ${budget}: ${mean('byP')} false verdicts a month by p alone, ${mean('withTolerance')} with tolerances, ${mean('paging')} at the paging tolerance.`,
      `The unluckiest month has ${Math.max(...data.map(month => total(month.byP)))} by p alone; ${data.filter(month => total(month.byP) === 0).length} of ${months} months have none.`,
    ],
    data,
  };
}

type Counted = Omit<Month, 'rowsAnHour'>;

function line(name: string, data: readonly Month[], length?: number): string[] {
  const of = (counts: readonly number[]) => (length === undefined ? total(counts) : counts[length]!);
  return [
    name,
    ...(['byP', 'withTolerance', 'paging', 'windows'] as const).map(key =>
      meanOf(data.map(month => of(month[key]))),
    ),
  ];
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function spread(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = total(values) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(square / values.length) };
}

function meanOf(values: readonly number[]): string {
  const { mean, error } = spread(values);
  return `${fixed(mean)} ±${fixed(error)}`;
}

function simulate(month: number, months: number, table: Uint16Array): Month {
  const random = createRandom(`budget iid, month ${month}`);
  const { binned, reference } = freezeBins(features, { table, m: rowsReference, most: mostBins, random });
  // Evenly over the months, so that every subset covers the range.
  const rowsAnHour = Math.round(300 + (1700 * (month + 0.5)) / months);
  const sums = countHours(rowsAnHour, { binned, table, random });
  const found = {
    byP: [0, 0, 0, 0],
    withTolerance: [0, 0, 0, 0],
    paging: [0, 0, 0, 0],
    windows: [0, 0, 0, 0],
  };
  lengths.forEach(([hours, stride], length) => {
    const alpha = alarmLevel(budget, features.length, hours * 3600);
    for (let end = leadHours + stride; end <= leadHours + monthHours; end += stride) {
      const verdicts = judge({ binned, reference, sums }, { from: end - hours, to: end }, alpha);
      if (verdicts.length > 0) found.windows[length]! += 1;
      found.byP[length]! += verdicts.length;
      found.withTolerance[length]! += verdicts.filter(({ matters }) => matters).length;
      found.paging[length]! += verdicts.filter(({ pages }) => pages).length;
    }
  });
  return { rowsAnHour, ...found };
}

/** Counts of all hours before each hour: a window is the difference of two. */
function countHours(
  rowsAnHour: number,
  {
    binned,
    table,
    random,
  }: { readonly binned: Binned; readonly table: Uint16Array; readonly random: Random },
): Int32Array[] {
  const { width, columns } = binned;
  const size = features.length * width;
  const sums = [new Int32Array(size)];
  for (let hour = 0; hour < leadHours + monthHours; hour++) {
    const next = sums[hour]!.slice();
    const rows = Math.max(0, Math.round(rowsAnHour + Math.sqrt(rowsAnHour) * random.normal()));
    countRows(rows, { table, columns, features: features.length, width }, next, { at: 0, random });
    sums.push(next);
  }
  return sums;
}

interface Model {
  readonly binned: Binned;
  readonly reference: Int32Array;
  readonly sums: readonly Int32Array[];
}

function judge(
  { binned, reference, sums }: Model,
  { from, to }: { readonly from: number; readonly to: number },
  alpha: number,
): { readonly matters: boolean; readonly pages: boolean }[] {
  const out: { readonly matters: boolean; readonly pages: boolean }[] = [];
  const before = sums[from]!;
  const after = sums[to]!;
  for (let feature = 0; feature < features.length; feature++) {
    const pair = pairOf(feature, { binned, reference, count: column => after[column]! - before[column]! });
    const test =
      pair.kind === 'numeric'
        ? numericTest(pair.current, pair.reference, pair.missing)
        : categoricalTest(pair.current, pair.reference);
    if (test.p <= alpha) out.push(effectBy(test.by, pair));
  }
  return out;
}

function pairOf(
  feature: number,
  of: { readonly binned: Binned; readonly reference: Int32Array; readonly count: (column: number) => number },
): Pair {
  const { width, bins } = of.binned;
  const { kind, missing } = features[feature]!;
  const at = feature * width;
  const categorical = kind === 'categories';
  // Missing is one more category; few integers have no cells outside their range in these counts.
  const cells = bins[feature]! + (categorical && missing ? 1 : 0);
  const current = new Float64Array(cells);
  const reference = new Float64Array(cells);
  for (let bin = 0; bin < bins[feature]!; bin++) {
    current[bin] = of.count(at + bin);
    reference[bin] = of.reference[at + bin]!;
  }
  const absent = { current: of.count(at + width - 1), reference: of.reference[at + width - 1]! };
  if (categorical && missing) {
    current[cells - 1] = absent.current;
    reference[cells - 1] = absent.reference;
  }
  if (categorical) return { kind: 'categorical', current, reference };
  return { kind: 'numeric', current, reference, ...(missing ? { missing: absent } : {}) };
}

function assert({ data }: Table<Month>): string[] {
  const { mean } = spread(data.map(month => total(month.byP)));
  // False verdicts come in clusters (a window overlaps the next, one reference serves a month). Counted in independent
  // clusters of at most ten, a mean of 1.25 exceeds this with a probability below 1e-7 (Bernstein's inequality).
  const size = 10;
  const far = -Math.log(1e-7);
  const expected = (1.25 * data.length) / size;
  const most = (size * (expected + far / 3 + Math.sqrt((far / 3) ** 2 + 2 * far * expected))) / data.length;
  return mean > most ? [`${fixed(mean)} false verdicts a month at a budget of ${budget}`] : [];
}
