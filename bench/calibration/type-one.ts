import { ratioOf, tooMany } from './binomial.ts';
import type { Shape } from './frozen.ts';
import { levels, measureNull, type NullCell, remeasured } from './null-cell.ts';
import { designCategories, designShapes, otherCategories, otherShapes } from './shapes.ts';
import { type Calibration, fixed, repeatsAt, rows, type Section, type Table } from './table.ts';

const pairs = [
  [50, 1e3],
  [50, 5e4],
  [200, 1e4],
  [200, 1e6],
  [500, 1e3],
  [500, 5e4],
  [2e3, 5e4],
  [5e3, 1e3],
  [5e3, 5e3],
  [5e3, 2e5],
  [5e4, 1e3],
  [5e4, 5e4],
  [5e4, 1e6],
] as const;
/** Pairs with known figures. */
const known = new Set(['50,1000', '500,1000', '500,50000', '5000,5000', '50000,1000']);

const design: readonly Shape[] = [...designShapes, ...designCategories];
const other: readonly Shape[] = [...otherShapes, ...otherCategories];
/** The levels this table is about. */
const shown = [0, 1, 2] as const;
/** Cells that are measured again at each level, however large they are. */
const secondLooks = 3;
/** What a promise allows: measured at most so many times nominal. */
const allowed = 1.25;

export const typeOne: Calibration<NullCell> = { name: 'type-one', run, assert };

function run(scale: number, say: (line: string) => void): Table<NullCell> {
  const first: Looked[] = [];
  for (const shape of [...design, ...other]) {
    say(`type-one: ${shape.name}`);
    for (const [n, m] of pairs)
      first.push({ shape, cell: measureNull(shape, { n, m }, repeatsAt(scale, repeatsOf(shape, n, m))) });
  }
  const cells = lookAgain(first, repeatsAt(scale, 1e5), say);
  return {
    name: typeOne.name,
    title: 'False alarms of one test with nothing changed',
    scale,
    about: [
      'Measured over nominal: 1 is exact, below 1 errs to silence. Window and reference are drawn anew in every repeat from the same distribution; numeric subjects are cut into at most 1,024 bins by the rules of production, from the very reference that is counted (its spacings are drawn instead of its rows, which is the same).',
      `Repeats: ${repeatsAt(scale, 1e5)} for the shapes the method was designed with at the sizes it was published for, else ${repeatsAt(scale, 1e4)} (${repeatsAt(scale, 4e4)} where there are few cells). The column "all" pools the sizes. Among hundreds of cells the largest is mostly luck, so the ${secondLooks} largest at each level (less two standard errors), and any above ${allowed} by more than two standard errors, are measured again ${repeatsAt(scale, 1e5)} times with other numbers; that second look alone is shown, marked with *. Bold: still above ${allowed} by more than two standard errors.`,
    ],
    sections: shown.map(level => section(cells, level)),
    findings: findings(cells),
    data: cells,
  };
}

function repeatsOf(shape: Shape, n: number, m: number): number {
  if (known.has(`${n},${m}`) && design.includes(shape)) return 1e5;
  return shape.kind !== 'runs' && shape.shares.length <= 60 ? 4e4 : 1e4;
}

interface Looked {
  readonly shape: Shape;
  readonly cell: NullCell;
}

/** Among hundreds of cells the largest figure is mostly luck: what stands out is measured again, from other numbers. */
function lookAgain(first: readonly Looked[], repeats: number, say: (line: string) => void): NullCell[] {
  const worst = new Set(
    shown.flatMap(level =>
      [...first].sort((a, b) => least(b.cell, level) - least(a.cell, level)).slice(0, secondLooks),
    ),
  );
  return first.map(looked => {
    const { shape, cell } = looked;
    if (!worst.has(looked) && !shown.some(level => stands(cell, level))) return cell;
    say(`type-one: ${shape.name} at ${cell.n}, ${cell.m}, again`);
    return measureNull(shape, cell, repeats, remeasured);
  });
}

function stands(cell: NullCell, level: number): boolean {
  const { ratio, error } = ratioOf(cell.hits[level]!, cell.repeats * levels[level]!);
  return cell.hits[level]! >= 3 && ratio > allowed + 2 * error;
}

function section(cells: readonly NullCell[], level: number): Section {
  const names = [...new Set(cells.map(cell => cell.shape))];
  const line = (name: string, of: readonly NullCell[]) => [
    name,
    ...pairs.map(([n, m]) => text(pool(of.filter(cell => cell.n === n && cell.m === m)), level)),
    text(pool(of), level),
  ];
  return {
    caption: `Measured over nominal at ${levels[level]!.toExponential()}, with its standard error; columns are rows of the window, rows of the reference`,
    head: ['distribution', ...pairs.map(([n, m]) => `${rows(n)}, ${rows(m)}`), 'all'],
    rows: [
      ...names.map(name =>
        line(
          name,
          cells.filter(cell => cell.shape === name),
        ),
      ),
      line('all', cells),
    ],
  };
}

interface Pooled {
  readonly hits: readonly number[];
  readonly repeats: number;
  readonly again: boolean;
}

function pool(cells: readonly NullCell[]): Pooled {
  return {
    hits: levels.map((_, level) => cells.reduce((sum, cell) => sum + cell.hits[level]!, 0)),
    repeats: cells.reduce((sum, cell) => sum + cell.repeats, 0),
    again: cells.length === 1 && cells[0]!.again,
  };
}

function text({ hits, repeats, again }: Pooled, level: number): string {
  const expected = repeats * levels[level]!;
  const { ratio, error } = ratioOf(hits[level]!, expected);
  const plain = `${fixed(ratio)} ±${fixed(error)}${again ? '*' : ''}`;
  return ratio > allowed + 2 * error && hits[level]! >= 3 ? `**${plain}**` : plain;
}

function findings(cells: readonly NullCell[]): string[] {
  const out: string[] = [];
  for (const level of shown) {
    // Named from second looks alone: the others are chosen for their luck.
    const again = cells.filter(cell => cell.again);
    const worst = [...again].sort((a, b) => b.hits[level]! / b.repeats - a.hits[level]! / a.repeats)[0]!;
    const above = cells.filter(cell => stands(cell, level));
    const all = pool(cells);
    out.push(
      `At ${levels[level]!.toExponential()}: ${text(all, level)} over all ${cells.length} cells; the worst of the second looks is ${worst.shape} at ${rows(worst.n)}, ${rows(worst.m)} with ${text({ ...worst }, level)}, decided by ${deciders(worst)}; ${above.length} cells above ${allowed} by more than two standard errors${above.length > 0 ? `: ${above.map(cell => `${cell.shape} at ${rows(cell.n)}, ${rows(cell.m)}`).join('; ')}` : ''}.`,
    );
  }
  return out;
}

function least(cell: NullCell, level: number): number {
  const { ratio, error } = ratioOf(cell.hits[level]!, cell.repeats * levels[level]!);
  return ratio - 2 * error;
}

function deciders({ by }: NullCell): string {
  const sorted = Object.entries(by).sort((a, b) => b[1] - a[1]);
  return sorted.map(([name, times]) => `${name} (${times})`).join(', ') || 'nothing';
}

function assert({ data }: Table<NullCell>): string[] {
  const looks = data.length * shown.length;
  return data.flatMap(cell =>
    shown
      .filter(level => tooMany(cell.hits[level]!, cell.repeats, { p: allowed * levels[level]!, looks }))
      .map(
        level =>
          `${cell.shape} at n ${cell.n}, m ${cell.m}: ${cell.hits[level]} of ${cell.repeats} at ${levels[level]}, more than ${allowed} times nominal`,
      ),
  );
}
