import { categoricalEffect } from '../../src/stats/effect-categorical.ts';
import { orderedEffect } from '../../src/stats/effect-ordered.ts';
import { tooMany } from './binomial.ts';
import { createFreezer, drawWindow, type Shape } from './frozen.ts';
import { createRandom } from './random.ts';
import { designCategories, designShapes } from './shapes.ts';
import { type Calibration, fixed, repeatsAt, rows, type Table } from './table.ts';

const shapes: readonly Shape[] = [
  designShapes.find(({ name }) => name === 'continuous')!,
  designShapes.find(({ name }) => name === '70 % zeros')!,
  designShapes.find(({ name }) => name === 'Poisson 3')!,
  ...designCategories,
];
const sizes = [50, 200, 500, 1000, 2000, 5000, 50_000] as const;
const references = [1000, 50_000] as const;
const limits = [0.02, 0.1] as const;

export interface NothingRow {
  readonly shape: string;
  readonly n: number;
  readonly m: number;
  readonly repeats: number;
  /** Times the estimate reached each limit. */
  readonly reached: readonly number[];
  /** Times the lower limit was above zero. */
  readonly above: number;
}

/** A 95 % interval with two ends allows .05; with 50 rows of continuous data it is known to be about .07. */
const mostAbove = 0.08;

export const effectOfNothing: Calibration<NothingRow> = { name: 'effect-nothing', run, assert };

function run(scale: number, say: (line: string) => void): Table<NothingRow> {
  const data = shapes.flatMap(shape => {
    say(`effect-nothing: ${shape.name}`);
    return references.flatMap(m => sizes.map(n => measure(shape, { n, m }, repeatsAt(scale, 4000, 100))));
  });
  const share = (row: NothingRow) => row.above / row.repeats;
  const worst = [...data].sort((a, b) => share(b) - share(a))[0]!;
  const seen = data
    .filter(row => row.m === 50_000 && row.n >= 1000)
    .map(row => row.reached[0]! / row.repeats);
  return {
    name: effectOfNothing.name,
    title: 'Effect: how large does it look with nothing changed?',
    scale,
    about: [
      `${data[0]!.repeats} windows a cell, each with a new reference. Why an effect is never shown as a verdict without its p.`,
    ],
    sections: references.map(m => ({
      caption: `Reference of ${rows(m)} rows: chance of an estimate of at least ${limits[0]} / at least ${limits[1]} / of a lower limit above zero`,
      head: ['distribution', ...sizes.map(rows)],
      rows: shapes.map(shape => [
        shape.name,
        ...data
          .filter(row => row.shape === shape.name && row.m === m)
          .map(row => [...row.reached, row.above].map(times => fixed(times / row.repeats, 3)).join(' / ')),
      ]),
    })),
    findings: [
      `The lower limit is above zero most often for ${worst.shape} with ${rows(worst.n)} rows against ${rows(worst.m)}: ${fixed(share(worst), 3)}.`,
      `With 1,000 rows and more against 50k the estimate reaches ${limits[0]} in at most ${fixed(Math.max(...seen), 3)} of the windows.`,
    ],
    data,
  };
}

function measure(
  shape: Shape,
  { n, m }: { readonly n: number; readonly m: number },
  repeats: number,
): NothingRow {
  const random = createRandom(`effect of nothing, ${shape.name}, ${n}, ${m}`);
  const freeze = createFreezer(shape, m, random);
  const reached = limits.map(() => 0);
  let above = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const frozen = freeze();
    const { counts } = drawWindow(frozen, n, random);
    const effect =
      shape.kind === 'categories'
        ? categoricalEffect(counts, frozen.reference)
        : orderedEffect(counts, frozen.reference);
    limits.forEach((limit, i) => (reached[i]! += effect.estimate >= limit ? 1 : 0));
    if (effect.low > 0) above++;
  }
  return { shape: shape.name, n, m, repeats, reached, above };
}

function assert({ data }: Table<NothingRow>): string[] {
  return data
    .filter(({ above, repeats }) => tooMany(above, repeats, { p: mostAbove, looks: data.length }))
    .map(
      ({ shape, n, m, above, repeats }) =>
        `${shape}, ${n} rows against ${m}: the lower limit is above zero ${above} times in ${repeats}`,
    );
}
