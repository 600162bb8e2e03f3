import { ratioOf, tooMany } from './binomial.ts';
import type { Shape } from './frozen.ts';
import { levels, measureNull, type NullCell } from './null-cell.ts';
import { designCategories, designShapes, otherCategories, otherShapes } from './shapes.ts';
import { type Calibration, fixed, repeatsAt, rows, type Table } from './table.ts';

const shapes: readonly Shape[] = [...designShapes, ...otherShapes, ...designCategories, ...otherCategories];
const shapeOf = (name: string) => shapes.find(shape => shape.name === name)!;

/** Few, because 1e-5 takes a million repeats to see anything. */
const cells = [
  { shape: shapeOf('continuous'), n: 50, m: 1e3, repeats: 5e5 },
  { shape: shapeOf('continuous'), n: 2e3, m: 5e4, repeats: 5e5 },
  { shape: shapeOf('8 Zipf integers'), n: 50, m: 1e3, repeats: 2e6 },
  { shape: shapeOf('Poisson 3'), n: 500, m: 5e4, repeats: 1e6 },
  { shape: shapeOf('five integers'), n: 5e3, m: 5e3, repeats: 2e6 },
  { shape: shapeOf('10 Zipf categories'), n: 500, m: 1e3, repeats: 1e6 },
  { shape: shapeOf('three'), n: 200, m: 1e4, repeats: 2e6 },
  { shape: shapeOf('30 geometric'), n: 500, m: 5e4, repeats: 1e6 },
] as const;

/** A promise as at the larger levels, with room for the approximations at their limit. */
const allowed = 1.25;

export const typeOneTail: Calibration<NullCell> = { name: 'type-one-tail', run, assert };

function run(scale: number, say: (line: string) => void): Table<NullCell> {
  const data = cells.map(({ shape, n, m, repeats }) => {
    say(`type-one-tail: ${shape.name}`);
    return measureNull(shape, { n, m }, repeatsAt(scale, repeats), ', tail');
  });
  const worst = [...data].sort((a, b) => b.hits[3]! / b.repeats - a.hits[3]! / a.repeats)[0]!;
  return {
    name: typeOneTail.name,
    title: 'False alarms of one test, far out in the tail',
    scale,
    about: [
      'As above, with more repeats, because the budget of a model with many features works at levels of 1e-5 and below. What happens beyond 1e-5 is not measured here.',
    ],
    sections: [
      {
        caption: 'Measured over nominal, with its standard error',
        head: ['distribution', 'rows, reference', 'repeats', ...levels.map(String), 'decided by, at 1e-3'],
        rows: data.map(cell => [
          cell.shape,
          `${rows(cell.n)}, ${rows(cell.m)}`,
          String(cell.repeats),
          ...levels.map((_, level) => text(cell, level)),
          deciders(cell),
        ]),
      },
    ],
    findings: [
      `At 1e-5 the largest is ${text(worst, 3)} (${worst.shape} at ${rows(worst.n)}, ${rows(worst.m)}).`,
    ],
    data,
  };
}

function text({ hits, repeats }: NullCell, level: number): string {
  const { ratio, error } = ratioOf(hits[level]!, repeats * levels[level]!);
  return `${fixed(ratio)} ±${fixed(error)}`;
}

function deciders({ by }: NullCell): string {
  const sorted = Object.entries(by).sort((a, b) => b[1] - a[1]);
  return sorted.map(([name, times]) => `${name} ${times}`).join(', ');
}

function assert({ data }: Table<NullCell>): string[] {
  const looks = data.length * levels.length;
  return data.flatMap(cell =>
    levels
      .filter((level, i) => tooMany(cell.hits[i]!, cell.repeats, { p: allowed * level, looks }))
      .map(
        level => `${cell.shape} at n ${cell.n}, m ${cell.m}: more than ${allowed} times nominal at ${level}`,
      ),
  );
}
