/** Most bins inside the reference range of a numeric subject. */
export const maxBins = 1024;

/** Most categories of a categorical subject that keep a bin of their own; the rest is `other`. */
export const maxCategories = 1000;

/**
 * Freezes the edges of a numeric subject: which values fall together?
 *
 * The result is strictly increasing and is read as domain `Binning.edges`: below e[0]; e[i-1] <= x < e[i], the last bin
 * closed above; above e[k-1]. So the two outer bins are empty in the reference.
 * e[0] is the smallest value, e[k-1] the largest, an edge between lies at the midpoint of the two neighbouring values it
 * parts (rounded so that each keeps its side). A single value c gives [c, the next double].
 * - Up to `most` distinct values: one bin a value.
 * - More: bins of equal mass. A value that alone holds a bin's mass or more is a bin of its own, and ties never part.
 *
 * Not-a-number and infinities are left out. No finite value at all: [] (one bin for everything).
 * Deterministic: depends on the multiset of values only. O(n log n); the input is not changed.
 *
 * @param values sample, any order
 * @param most bins inside the range
 * @example
 * numericEdges(Float64Array.of(3, 1, 1, 2)) // => [1, 1.5, 2.5, 3]
 * @example
 * numericEdges(Float64Array.of(4, 1, 3, 2), 2) // => [1, 2.5, 4]
 */
export function numericEdges(values: Float64Array, most: number = maxBins): number[] {
  const sorted = sortedFinite(values);
  const distinct = distinctValues(sorted);
  if (distinct.values.length === 0) return [];
  if (distinct.values.length === 1) return edgesAround(distinct.values[0]!);
  if (distinct.values.length <= most) return edgesBetween(distinct.values);
  return equalMassEdges(distinct, sorted.length, most);
}

/**
 * Freezes the edges of a numeric subject of which quantiles alone are known: bins of equal mass.
 *
 * Quantiles at equal steps from the smallest value to the largest; equal ones are merged. A value that several of them
 * agree on holds a bin's mass or more and gets the smallest bin there is, so that it stays apart from its neighbours.
 * Reads and ends as `numericEdges`. Not-a-number and infinities are left out.
 *
 * @param quantiles quantiles of shares 0, 1/b, 2/b, ..., 1 of the reference
 * @example
 * edgesOfQuantiles([1, 2, 4, 8]) // => [1, 2, 4, 8]
 */
export function edgesOfQuantiles(quantiles: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(quantiles)
    .filter(value => Number.isFinite(value))
    .sort();
  const { values, counts } = distinctValues(sorted);
  if (values.length === 0) return [];
  if (values.length === 1) return edgesAround(values[0]!);
  const edges: number[] = [];
  values.forEach((value, i) => {
    pushAbove(edges, value);
    const above = neighbour(value, 1n);
    if (counts[i]! > 1 && Number.isFinite(above)) pushAbove(edges, above);
  });
  return edges;
}

/**
 * The values that stand for the bins between frozen edges: the mean of the reference's values in each.
 *
 * Exact where a bin holds one value, however often. A bin without any value is given its middle. Depends on the
 * multiset of values only. O(n log n); the input is not changed.
 *
 * @param edges strictly increasing, as from `numericEdges`
 * @param values the sample the edges were cut from, any order
 * @returns one value a bin, [] with fewer than two edges
 * @example
 * binCentres([1, 1.5, 3], Float64Array.of(3, 1, 1, 2)) // => [1, 2.5]
 */
export function binCentres(edges: readonly number[], values: Float64Array): number[] {
  if (edges.length < 2) return [];
  const last = edges.length - 1;
  const sorted = values.filter(value => value >= edges[0]! && value <= edges[last]!).sort();
  let to = 0;
  return Array.from({ length: last }, (_, i) => {
    const from = to;
    const end = i + 1 === last ? Infinity : edges[i + 1]!;
    while (to < sorted.length && sorted[to]! < end) to++;
    return from === to ? edges[i]! / 2 + edges[i + 1]! / 2 : meanOf(sorted, from, to);
  });
}

/** Mean of `sorted[from..to)`, never outside of it. */
function meanOf(sorted: Float64Array, from: number, to: number): number {
  const [low, high] = [sorted[from]!, sorted[to - 1]!];
  if (low === high) return low === 0 ? 0 : low;
  let sum = 0;
  for (let i = from; i < to; i++) sum += sorted[i]!;
  let mean = sum / (to - from);
  if (!Number.isFinite(mean)) {
    mean = 0;
    for (let i = from; i < to; i++) mean += sorted[i]! / (to - from);
  }
  return Math.min(high, Math.max(low, mean));
}

/**
 * Chooses the categories that keep a bin: the most frequent, ties by name, so that the order of rows does not matter.
 *
 * @example
 * keptCategories(new Map([['a', 1], ['b', 5], ['c', 1]]), 2) // => ['b', 'a']
 */
export function keptCategories(counts: ReadonlyMap<string, number>, most: number = maxCategories): string[] {
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([name]) => name);
}

/**
 * Fewest rows in which a category, a class or a field must stand for a baseline to keep its name: what is rarer may say
 * who it was. Rarer categories are counted as `other`.
 */
export const fewestRowsNamed = 5;

/**
 * The categories a baseline names: those of `keptCategories` that stand in five rows or more.
 *
 * @example
 * namedCategories(new Map([['a', 5], ['b', 9], ['c', 4]])) // => ['b', 'a']
 */
export function namedCategories(counts: ReadonlyMap<string, number>): string[] {
  return keptCategories(new Map([...counts].filter(([, rows]) => rows >= fewestRowsNamed)));
}

/** A sorted copy. Sorting puts infinities and not-a-number at the ends, where they are cut off. */
function sortedFinite(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  let from = 0;
  let to = sorted.length;
  while (from < to && !Number.isFinite(sorted[from]!)) from++;
  while (to > from && !Number.isFinite(sorted[to - 1]!)) to--;
  return sorted.subarray(from, to);
}

interface Distinct {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

function distinctValues(sorted: Float64Array): Distinct {
  const values = new Float64Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    // -0 and 0 are one value.
    if (distinct > 0 && values[distinct - 1] === value) counts[distinct - 1]! += 1;
    else {
      values[distinct] = value === 0 ? 0 : value;
      counts[distinct++] = 1;
    }
  }
  return { values: values.subarray(0, distinct), counts: counts.subarray(0, distinct) };
}

function edgesBetween(values: Float64Array): number[] {
  const edges = [values[0]!];
  for (let i = 1; i < values.length; i++) pushAbove(edges, midpoint(values[i - 1]!, values[i]!));
  pushAbove(edges, values[values.length - 1]!);
  return edges;
}

/** Values closer than a double can part share a bin: an edge that would not increase is left out. */
function pushAbove(edges: number[], edge: number): void {
  if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
}

function midpoint(below: number, above: number): number {
  const sum = below + above;
  const middle = Number.isFinite(sum) ? sum / 2 : below / 2 + above / 2;
  return middle > below && middle <= above ? middle : above;
}

/** Heavy values take bins of their own, so a target mass can give more bins than wanted: then bins get larger. */
function equalMassEdges(distinct: Distinct, total: number, most: number): number[] {
  for (let mass = total / most; ; mass *= 1.25) {
    const edges = cutByMass(distinct, mass);
    if (edges.length - 1 <= most) return edges;
  }
}

function cutByMass({ values, counts }: Distinct, mass: number): number[] {
  const edges = [values[0]!];
  let before = 0;
  let held = 0;
  for (let i = 0; i < values.length; i++) {
    const count = counts[i]!;
    const boundary = (Math.floor((before - held) / mass + 1e-9) + 1) * mass;
    const full = before >= boundary - mass * 1e-9;
    if (held > 0 && (full || count >= mass)) {
      pushAbove(edges, midpoint(values[i - 1]!, values[i]!));
      held = 0;
    }
    before += count;
    held += count;
  }
  pushAbove(edges, values[values.length - 1]!);
  return edges;
}

const bits = new DataView(new ArrayBuffer(8));

/** The smallest bin that holds `value`: up to the next double, or from the one before where there is none. */
function edgesAround(value: number): number[] {
  const above = neighbour(value, 1n);
  return Number.isFinite(above) ? [value, above] : [neighbour(value, -1n), value];
}

/** Next double above (step 1) or below (step -1) a finite value. */
function neighbour(value: number, step: 1n | -1n): number {
  if (value === 0) return step === 1n ? Number.MIN_VALUE : -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? step : -step));
  return bits.getFloat64(0);
}
