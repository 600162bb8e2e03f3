import { maxBins } from '../../src/stats/binning.ts';
import type { Random } from './random.ts';

/** A stretch of values without ties, or one value (`atom`): its true share, and how many reference rows fell into it. */
export interface Run {
  readonly share: number;
  readonly count: number;
  readonly atom: boolean;
}

export interface CutRuns {
  /** Reference counts: below, bins, above. */
  readonly reference: Float64Array;
  /** True shares of the same cells, given where the sample put the edges. */
  readonly shares: Float64Array;
}

/**
 * Cuts equal-mass bins from a sample without drawing its rows: the same cuts as `numericEdges`, in ranks. The true mass
 * between two rows of a sample is a spacing of uniforms, that is exponential over their sum, which is all that the true
 * shares of the bins depend on. Exact, and O(bins) where drawing and sorting would be O(m log m).
 */
export function cutRuns(runs: readonly Run[], random: Random, most: number = maxBins): CutRuns {
  const cuts = cutsOf(runs, most);
  const bins = cuts.reduce((sum, of) => sum + of.length, 1);
  const out = { reference: new Float64Array(bins + 2), shares: new Float64Array(bins + 2) };
  let bin = 1;
  runs.forEach((run, i) => {
    const position = { first: i === 0, last: i === runs.length - 1 };
    const next = i + 1 < runs.length && cuts[i + 1]![0] === 0 && runs[i + 1]!.atom;
    const previous = i > 0 && runs[i - 1]!.atom;
    if (run.atom) bin = placeAtom(run, { cuts: cuts[i]!, bin }, out);
    else bin = placeRun(run, { cuts: cuts[i]!, bin, ...position, previous, next }, { out, random });
  });
  return out;
}

/** By run: the items (counted from 0) before which an edge lies. */
export function cutsOf(runs: readonly Run[], most: number): number[][] {
  const total = runs.reduce((sum, { count }) => sum + count, 0);
  const distinct = runs.reduce((sum, { count, atom }) => sum + (atom ? Math.min(1, count) : count), 0);
  if (distinct <= most) return everyItem(runs);
  for (let mass = total / most; ; mass *= 1.25) {
    const cuts = cutByMass(runs, mass);
    if (cuts.reduce((sum, of) => sum + of.length, 1) <= most) return cuts;
  }
}

function everyItem(runs: readonly Run[]): number[][] {
  let before = 0;
  return runs.map(({ count, atom }) => {
    const items = atom ? Math.min(1, count) : count;
    const from = before === 0 ? 1 : 0;
    before += items;
    return Array.from({ length: Math.max(0, items - from) }, (_, i) => i + from);
  });
}

function cutByMass(runs: readonly Run[], mass: number): number[][] {
  let before = 0;
  let held = 0;
  const room = () => (Math.floor((before - held) / mass + 1e-9) + 1) * mass - mass * 1e-9 - before;
  return runs.map(({ count, atom }) => {
    const cuts: number[] = [];
    if (atom) {
      if (count > 0 && held > 0 && (room() <= 0 || count >= mass)) {
        cuts.push(0);
        held = 0;
      }
      before += count;
      held += count;
      return cuts;
    }
    let item = 0;
    while (item < count) {
      const step = held === 0 ? 1 : Math.min(count - item, Math.max(0, Math.ceil(room())));
      item += step;
      before += step;
      held += step;
      if (item < count && held > 0 && room() <= 0) {
        cuts.push(item);
        held = 0;
      }
    }
    return cuts;
  });
}

function placeAtom(
  { share, count }: Run,
  { cuts, bin }: { readonly cuts: readonly number[]; readonly bin: number },
  { reference, shares }: CutRuns,
): number {
  const at = bin + cuts.length;
  reference[at]! += count;
  shares[at]! += share;
  return at;
}

interface Place {
  readonly cuts: readonly number[];
  readonly bin: number;
  readonly first: boolean;
  readonly last: boolean;
  /** The run before is a single value: an edge between lies halfway to it. */
  readonly previous: boolean;
  /** The run behind is a single value with an edge before it. */
  readonly next: boolean;
}

/** An edge lies in the middle of the spacing between two items; what lies outside the sample's range has its own cells. */
function placeRun(run: Run, place: Place, to: { readonly out: CutRuns; readonly random: Random }): number {
  const { reference, shares } = to.out;
  const { share, count } = run;
  const { cuts, first, last } = place;
  const { bin } = place;
  if (count === 0) {
    shares[bin]! += share;
    return bin;
  }
  // By bin from the one this run begins in; then what lies below all bins, and above.
  const masses = new Float64Array(cuts.length + 4);
  const below = masses.length - 2;
  const above = masses.length - 1;
  const opening = to.random.exponential();
  let item = 0;
  let at = 0;
  let behind = opening;
  if (first) {
    masses[below] = opening;
    behind = 0;
  } else if (cuts[0] === 0) {
    const outside = place.previous ? opening / 2 : 0;
    masses[at] = outside;
    behind = opening - outside;
    at++;
  }
  for (let i = at; i <= cuts.length; i++) {
    const end = i === cuts.length;
    const upTo = end ? count : cuts[i]!;
    const spacing = to.random.exponential();
    // Between items there are whole spacings, one fewer than items.
    const inside = upTo - item > 1 ? to.random.gamma(upTo - item - 1) : 0;
    const beyond = !end ? spacing / 2 : last ? spacing : place.next ? spacing / 2 : 0;
    masses[at]! += behind + inside + spacing - beyond;
    reference[bin + at]! += upTo - item;
    behind = beyond;
    item = upTo;
    if (!end) at++;
  }
  if (last) masses[above] = behind;
  else masses[at + 1]! += behind;
  let total = 0;
  for (const mass of masses) total += mass;
  for (let i = 0; i <= at + 1 && bin + i < shares.length; i++)
    shares[bin + i]! += (share * masses[i]!) / total;
  shares[0]! += (share * masses[below]!) / total;
  shares[shares.length - 1]! += (share * masses[above]!) / total;
  return bin + at;
}
