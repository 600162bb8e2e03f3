import type { Random } from './random.ts';

/** Draws counts of cells with fixed shares; a guide table over [0, 1) finds the cell of one row in a step or two. */
export interface Multinomial {
  readonly shares: ArrayLike<number>;
  /** Counts of n rows, written into `into` (which is cleared) and returned. */
  draw(n: number, into?: Float64Array): Float64Array;
}

/** Shares need not add up to 1. */
export function createMultinomial(shares: ArrayLike<number>, random: Random): Multinomial {
  const cells = shares.length;
  let total = 0;
  for (let i = 0; i < cells; i++) total += shares[i]!;
  let guide: Guide | undefined;
  return {
    shares,
    draw: (n, into = new Float64Array(cells)) => {
      into.fill(0);
      // One by one below about four rows a cell: cheaper than a binomial for each cell.
      if (n < 4 * cells) {
        guide ??= createGuide(shares, total);
        rowByRow(guide, n, into, random);
      } else cellByCell({ shares, total }, n, into, random);
      return into;
    },
  };
}

interface Guide {
  readonly below: Float64Array;
  readonly start: Uint16Array;
}

function createGuide(shares: ArrayLike<number>, total: number): Guide {
  const cells = shares.length;
  const below = new Float64Array(cells + 1);
  for (let i = 0; i < cells; i++) below[i + 1] = below[i]! + shares[i]! / total;
  below[cells] = 1;
  const start = new Uint16Array(cells);
  for (let slot = 0, cell = 0; slot < cells; slot++) {
    while (below[cell + 1]! <= slot / cells) cell++;
    start[slot] = cell;
  }
  return { below, start };
}

function rowByRow({ below, start }: Guide, n: number, into: Float64Array, random: Random): void {
  const cells = start.length;
  for (let row = 0; row < n; row++) {
    const u = random.uniform();
    let cell = start[Math.floor(u * cells)]!;
    while (below[cell + 1]! <= u) cell++;
    into[cell]! += 1;
  }
}

function cellByCell(
  { shares, total }: { readonly shares: ArrayLike<number>; readonly total: number },
  n: number,
  into: Float64Array,
  random: Random,
): void {
  let left = n;
  let mass = total;
  for (let cell = 0; cell < shares.length && left > 0; cell++) {
    const share = shares[cell]!;
    if (share <= 0) continue;
    const count = share >= mass ? left : random.binomial(left, share / mass);
    into[cell] = count;
    left -= count;
    mass -= share;
  }
  // Rounding can leave a row or two: they belong to the last cell that has any mass.
  if (left > 0) into[lastCell(shares)]! += left;
}

function lastCell(shares: ArrayLike<number>): number {
  let cell = shares.length - 1;
  while (cell > 0 && shares[cell]! <= 0) cell--;
  return cell;
}
