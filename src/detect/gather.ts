import type { Baseline } from '../domain/baseline.ts';
import type { Profile } from '../domain/profile.ts';
import type { Window } from '../domain/window.ts';
import { emptyProfile } from '../stats/profile.ts';
import type { Tile, TileProfile } from './ports.ts';
import { tilesOf } from './windows.ts';

/** Windows that are read and judged together: all by one baseline, over few enough tiles to hold in memory. */
export interface Batch<W extends Window> {
  readonly windows: readonly W[];
  readonly tiles: readonly Tile[];
}

/** Bins that one read may bring. */
const cellLimit = 4_000_000;
/** Tiles of a batch whatever the number of bins: enough for any single window. */
const leastTiles = 64;

/** Most tiles a batch of this baseline may have. */
export function tileLimit(baseline: Baseline): number {
  const cells = baseline.subjects.reduce(
    (sum, { binning }) => sum + Math.max(binning.edges.length, binning.categories.length) + 1,
    0,
  );
  return Math.max(leastTiles, Math.floor(cellLimit / Math.max(1, cells)));
}

/** Cuts windows, kept in order, into batches of at most `limit` distinct tiles (more only for a single window). */
export function batchesOf<W extends Window>(
  windows: readonly W[],
  wholeDay: (day: number) => boolean,
  limit: number,
): Batch<W>[] {
  const batches: Batch<W>[] = [];
  let current: W[] = [];
  let tiles = new Map<string, Tile>();
  for (const window of windows) {
    const own = tilesOf(window, wholeDay);
    const fresh = own.filter(tile => !tiles.has(tileKey(tile)));
    if (current.length > 0 && tiles.size + fresh.length > limit) {
      batches.push({ windows: current, tiles: [...tiles.values()] });
      current = [];
      tiles = new Map();
    }
    current.push(window);
    for (const tile of own) tiles.set(tileKey(tile), tile);
  }
  if (current.length > 0) batches.push({ windows: current, tiles: [...tiles.values()] });
  return batches;
}

function tileKey(tile: Tile): string {
  return `${tile.grain}/${tile.bucket}`;
}

/** Adds up tiles to the profiles of windows, by subject. Subjects that are in no tile of a window are left out. */
export function createAdder(
  profiles: readonly TileProfile[],
  wholeDay: (day: number) => boolean,
): (window: Window) => ReadonlyMap<string, Profile> {
  const byTile = new Map<string, TileProfile[]>();
  for (const profile of profiles) {
    const key = tileKey(profile);
    const list = byTile.get(key);
    if (list === undefined) byTile.set(key, [profile]);
    else list.push(profile);
  }
  return window => {
    const sums = new Map<string, Sum>();
    for (const tile of tilesOf(window, wholeDay)) {
      for (const { subject, profile } of byTile.get(tileKey(tile)) ?? []) {
        let sum = sums.get(subject);
        if (sum === undefined) sums.set(subject, (sum = newSum()));
        add(sum, profile);
      }
    }
    return new Map([...sums].map(([subject, sum]) => [subject, closed(sum)]));
  };
}

interface Sum {
  rest: { n: number; nMissing: number; nNan: number; nMismatch: number; sum: number; sum2: number };
  /** Counts by bin, grown as needed. */
  counts: number[];
  /** Sums of the values in sub-bins. */
  tails: Map<number, number>;
}

function newSum(): Sum {
  const { n, nMissing, nNan, nMismatch, sum, sum2 } = emptyProfile;
  return { rest: { n, nMissing, nNan, nMismatch, sum, sum2 }, counts: [], tails: new Map() };
}

function add(sum: Sum, profile: Profile): void {
  const { rest, counts, tails } = sum;
  rest.n += profile.n;
  rest.nMissing += profile.nMissing;
  rest.nNan += profile.nNan;
  rest.nMismatch += profile.nMismatch;
  rest.sum += profile.sum;
  rest.sum2 += profile.sum2;
  const last = profile.bins.at(-1) ?? -1;
  while (counts.length <= last) counts.push(0);
  for (let i = 0; i < profile.bins.length; i++) counts[profile.bins[i]!]! += profile.counts[i]!;
  const { bins, tailSums } = profile;
  const firstTail = bins.length - tailSums.length;
  tailSums.forEach((tail, i) => {
    const bin = bins[firstTail + i]!;
    tails.set(bin, (tails.get(bin) ?? 0) + tail);
  });
}

function closed(sum: Sum): Profile {
  const bins: number[] = [];
  const counts: number[] = [];
  sum.counts.forEach((count, bin) => {
    if (count === 0) return;
    bins.push(bin);
    counts.push(count);
  });
  const tailSums = sum.tails.size === 0 ? [] : bins.flatMap(bin => sum.tails.get(bin) ?? []);
  return { ...sum.rest, bins, counts, tailSums };
}
