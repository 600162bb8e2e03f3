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
  const sorted = values.filter(value => Number.isFinite(value)).sort();
  const distinct = distinctValues(sorted);
  if (distinct.values.length === 0) return [];
  if (distinct.values.length === 1) return edgesAround(distinct.values[0]!);
  if (distinct.values.length <= most) return edgesBetween(distinct.values);
  return equalMassEdges(distinct, sorted.length, most);
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

interface Distinct {
  readonly values: number[];
  readonly counts: number[];
}

function distinctValues(sorted: Float64Array): Distinct {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    // -0 and 0 are one value.
    if (values.length > 0 && values[values.length - 1] === value) counts[counts.length - 1]! += 1;
    else {
      values.push(value === 0 ? 0 : value);
      counts.push(1);
    }
  }
  return { values, counts };
}

function edgesBetween(values: readonly number[]): number[] {
  const edges = [values[0]!];
  for (let i = 1; i < values.length; i++) pushAbove(edges, midpoint(values[i - 1]!, values[i]!));
  pushAbove(edges, values[values.length - 1]!);
  return edges;
}

/** Values closer than a double can part share a bin: an edge that would not increase is left out. */
function pushAbove(edges: number[], edge: number): void {
  if (edge > edges[edges.length - 1]!) edges.push(edge);
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
