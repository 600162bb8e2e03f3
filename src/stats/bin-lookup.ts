/**
 * Finds the bin of a value among frozen edges: a table over the value range narrows the search to the few edges that
 * share a table cell. The table is only a shortcut; the answer is exact for every finite double.
 */
export interface BinLookup {
  readonly edges: Float64Array;
  /** Bins in all: `edges.length + 1`. */
  readonly bins: number;
  readonly low: number;
  readonly scale: number;
  readonly last: number;
  /** `first[c]`: number of edges whose cell is below c. */
  readonly first: Uint16Array;
}

const cellsPerEdge = 4;
/** Share of edges left outside the table's range on either side, so that far tails do not squeeze the middle. */
const tailShare = 0.02;

/**
 * Prepares the lookup of `binOf`.
 *
 * @param edges strictly increasing, at most 65,000
 * @example
 * binOf(createBinLookup([1, 3, 4]), 3.5) // => 2
 */
export function createBinLookup(edges: readonly number[]): BinLookup {
  const sorted = Float64Array.from(edges);
  const cells = Math.max(1, sorted.length * cellsPerEdge);
  const cut = Math.floor(sorted.length * tailShare);
  const low = sorted[cut] ?? 0;
  const high = sorted[sorted.length - 1 - cut] ?? 0;
  const scale = cells / (high - low);
  const usable = Number.isFinite(scale) && scale > 0;
  const shape = { low, scale: usable ? scale : 0, last: usable ? cells - 1 : 0 };
  const first = new Uint16Array(shape.last + 2);
  for (const edge of sorted) first[cellOf(shape, edge) + 1]! += 1;
  for (let cell = 1; cell < first.length; cell++) first[cell]! += first[cell - 1]!;
  return { edges: sorted, bins: sorted.length + 1, ...shape, first };
}

/** Monotone in x (rounding included), so an edge in a lower cell lies below x and one in a higher cell above it. */
function cellOf(
  shape: { readonly low: number; readonly scale: number; readonly last: number },
  x: number,
): number {
  const at = (x - shape.low) * shape.scale;
  return at >= shape.last ? shape.last : at > 0 ? at | 0 : 0;
}

/**
 * Bin of a finite value: 0 below the first edge, i for e[i-1] <= x < e[i] (the last such bin closed above), k above.
 * Not-a-number and infinities have no bin: keep them out. O(log of the edges that share a cell).
 *
 * @example
 * [0, 1, 3, 4, 5].map(x => binOf(createBinLookup([1, 3, 4]), x)) // => [0, 1, 2, 2, 3]
 */
export function binOf(lookup: BinLookup, x: number): number {
  const { edges, first } = lookup;
  const cell = cellOf(lookup, x);
  let from = first[cell]!;
  let to = first[cell + 1]!;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= x) from = middle + 1;
    else to = middle;
  }
  const k = edges.length;
  return from === k && k > 0 && x === edges[k - 1] ? k - 1 : from;
}
