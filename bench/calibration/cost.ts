import { categoricalTest } from '../../src/stats/categorical-test.ts';
import { categoricalEffect } from '../../src/stats/effect-categorical.ts';
import { orderedEffect } from '../../src/stats/effect-ordered.ts';
import { numericTest } from '../../src/stats/numeric-test.ts';
import { median } from '../figure.ts';
import { createFreezer, type Frozen, type Shape } from './frozen.ts';
import { createRandom } from './random.ts';
import { designCategories, designShapes } from './shapes.ts';
import { type Calibration, fixed, repeatsAt, rows, type Table } from './table.ts';

const continuous = designShapes[0]!;
const thousand = designCategories.at(-1)!;
const sizes = [
  [500, 5e4],
  [5e3, 5e4],
  [5e4, 2e5],
] as const;

interface Work {
  readonly name: string;
  readonly shape: Shape;
  /** Milliseconds. */
  readonly goal: number;
  readonly of: (current: Float64Array, frozen: Frozen) => unknown;
}

const works: readonly Work[] = [
  {
    name: 'numeric test and effect, 1,024 bins',
    shape: continuous,
    goal: 1,
    of: (current, { reference }) => [numericTest(current, reference), orderedEffect(current, reference)],
  },
  {
    name: 'categorical test and effect, 1,000 categories',
    shape: thousand,
    goal: 3,
    of: (current, { reference }) => [
      categoricalTest(current, reference),
      categoricalEffect(current, reference),
    ],
  },
];

export interface CostRow {
  readonly name: string;
  readonly n: number;
  readonly m: number;
  readonly repeats: number;
  readonly goal: number;
  /** Milliseconds. */
  readonly median: number;
  readonly mean: number;
}

export const cost: Calibration<CostRow> = { name: 'cost', run, assert };

function run(scale: number, say: (line: string) => void): Table<CostRow> {
  const data = works.flatMap(work =>
    sizes.map(([n, m]) => {
      say(`cost: ${work.name}, ${n} rows`);
      return measure(work, { n, m }, repeatsAt(scale, 2000, 100));
    }),
  );
  const above = data.filter(row => row.median > row.goal);
  return {
    name: cost.name,
    title: 'Cost of one judgement',
    scale,
    about: [
      'Wall time of one call after another in one process, with nothing changed, after a fifth as many to warm up. A mean is above its median because one test in five needs the saddlepoint. Times on a busy machine are too high.',
    ],
    sections: [
      {
        caption: 'Milliseconds',
        head: ['what', 'rows, reference', 'median', 'mean', 'goal'],
        rows: data.map(row => [
          row.name,
          `${rows(row.n)}, ${rows(row.m)}`,
          fixed(row.median, 3),
          fixed(row.mean, 3),
          `under ${row.goal}`,
        ]),
      },
    ],
    findings: [
      above.length === 0
        ? 'Every median is within its goal.'
        : `Above the goal: ${above.map(row => `${row.name} at ${rows(row.n)}, ${rows(row.m)}`).join('; ')}.`,
    ],
    data,
  };
}

function measure(work: Work, { n, m }: { readonly n: number; readonly m: number }, repeats: number): CostRow {
  const random = createRandom(`cost, ${work.name}, ${n}, ${m}`);
  const freeze = createFreezer(work.shape, m, random);
  const times: number[] = [];
  for (let repeat = -repeats / 5; repeat < repeats; repeat++) {
    const frozen = freeze();
    const current = frozen.cells.draw(n);
    const started = performance.now();
    work.of(current, frozen);
    if (repeat >= 0) times.push(performance.now() - started);
  }
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { name: work.name, n, m, repeats, goal: work.goal, median: median(times), mean };
}

/** Time is no promise that a test on a shared machine can hold anybody to. */
function assert(_table: Table<CostRow>): string[] {
  return [];
}
