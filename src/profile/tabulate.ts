import type { Profile } from '../domain/profile.ts';
import { addProfiles, type CodedColumn, createTally } from '../stats/profile.ts';
import { type Coding, createBlockCoder } from './codes.ts';
import type { RowBlock } from './row-block.ts';

/** Rows of one bucket that belong together: a version, or a segment `tag=value`. */
export interface Cell {
  readonly bucket: number;
  readonly version: string;
  readonly segment: string;
  /** One a subject, in the order of the coding. */
  readonly profiles: readonly Profile[];
}

/** What was seen of one bucket. */
export interface BucketTotals {
  readonly rows: number;
  /** Sum of the key hashes modulo 2^64. */
  readonly keySum: bigint;
}

/** Turns blocks of rows into profiles; blocks may come in any order and part a bucket anywhere. */
export interface Tabulation {
  add(block: RowBlock): void;
  /** Profiles under version '' and segment '', under each version, and under each segment asked for. */
  cells(): Iterable<Cell>;
  totals(): ReadonlyMap<number, BucketTotals>;
}

/**
 * @param coding binnings of the baseline
 * @param segments `tag=value` texts that are profiled besides
 */
export function createTabulation(coding: Coding, segments: readonly string[]): Tabulation {
  const tally = createTally();
  const codeBlock = createBlockCoder(coding);
  const versions = new Map<number, Map<string, readonly Profile[]>>();
  const tagged = new Map<number, Map<string, readonly Profile[]>>();
  const totals = new Map<number, { rows: number; keySum: bigint }>();
  const count = (columns: readonly CodedColumn[], group: RowGroup) =>
    columns.map(column => tally(column, group.order, group));
  return {
    add: block => {
      const columns = codeBlock(block);
      addTotals(totals, block);
      for (const group of groupByVersion(block)) put(versions, group, count(columns, group));
      for (const group of groupBySegment(block, segments)) put(tagged, group, count(columns, group));
    },
    *cells() {
      for (const [bucket, byVersion] of versions) {
        const all = [...byVersion.values()].reduce(addLists);
        yield { bucket, version: '', segment: '', profiles: all };
        for (const [version, profiles] of byVersion)
          if (version !== '') yield { bucket, version, segment: '', profiles };
      }
      for (const [bucket, bySegment] of tagged)
        for (const [segment, profiles] of bySegment) yield { bucket, version: '', segment, profiles };
    },
    totals: () => totals,
  };
}

/** Rows `order[from..to)` of a block: one bucket, one version or segment. */
interface RowGroup {
  readonly bucket: number;
  readonly name: string;
  readonly order: Uint32Array;
  readonly from: number;
  readonly to: number;
}

type CellMap = Map<number, Map<string, readonly Profile[]>>;

function put(cells: CellMap, { bucket, name }: RowGroup, profiles: readonly Profile[]): void {
  let named = cells.get(bucket);
  if (named === undefined) cells.set(bucket, (named = new Map()));
  const before = named.get(name);
  named.set(name, before === undefined ? profiles : addLists(before, profiles));
}

function addLists(a: readonly Profile[], b: readonly Profile[]): readonly Profile[] {
  return a.map((profile, i) => addProfiles(profile, b[i]!));
}

function addTotals(totals: Map<number, { rows: number; keySum: bigint }>, block: RowBlock): void {
  const low = new Map<number, { rows: number; low: number; high: number }>();
  let last = -1;
  let sum = { rows: 0, low: 0, high: 0 };
  for (let row = 0; row < block.rows; row++) {
    const bucket = block.bucket[row]!;
    if (bucket !== last) {
      last = bucket;
      sum = low.get(bucket) ?? { rows: 0, low: 0, high: 0 };
      low.set(bucket, sum);
    }
    sum.rows += 1;
    // Halves add up exactly in doubles: a block holds far fewer than 2^21 rows.
    sum.low += block.keyHash[row * 2]!;
    sum.high += block.keyHash[row * 2 + 1]!;
  }
  for (const [bucket, part] of low) {
    const before = totals.get(bucket) ?? { rows: 0, keySum: 0n };
    const keySum = BigInt.asUintN(64, before.keySum + BigInt(part.low) + (BigInt(part.high) << 32n));
    totals.set(bucket, { rows: before.rows + part.rows, keySum });
  }
}

function* groupByVersion(block: RowBlock): Generator<RowGroup> {
  const { rows, bucket, version } = block;
  const groups = createGroups(version.keys.length, rows);
  for (let row = 0; row < rows; row++) groups.place(row, bucket[row]!, version.indexes[row]!);
  yield* groups.sorted(version.keys);
}

function* groupBySegment(block: RowBlock, segments: readonly string[]): Generator<RowGroup> {
  if (segments.length === 0) return;
  const wanted = new Map(segments.map((segment, i) => [segment, i]));
  const { offsets, names, values } = block.segment;
  // A row may have several of the segments.
  const groups = createGroups(segments.length, names.indexes.length);
  for (let row = 0; row < block.rows; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const at = wanted.get(`${names.keys[names.indexes[i]!]}=${values.keys[values.indexes[i]!]}`);
      if (at === undefined) continue;
      groups.place(row, block.bucket[row]!, at);
    }
  }
  yield* groups.sorted(segments);
}

/** A counting sort of at most `most` placed rows by (bucket, name). */
function createGroups(names: number, most: number) {
  const known = new Map<number, number>();
  const groups: { bucket: number; name: number; size: number }[] = [];
  const rows = new Uint32Array(most);
  const placed = new Uint32Array(most);
  let count = 0;
  let lastKey = -1;
  let last = 0;
  /** Rows come sorted by bucket, so the group before is nearly always the one. */
  const groupOf = (bucket: number, name: number): number => {
    const key = bucket * names + name;
    if (key === lastKey) return last;
    let at = known.get(key);
    if (at === undefined) {
      at = groups.length;
      known.set(key, at);
      groups.push({ bucket, name, size: 0 });
    }
    lastKey = key;
    last = at;
    return at;
  };
  return {
    place: (row: number, bucket: number, name: number) => {
      const at = groupOf(bucket, name);
      groups[at]!.size += 1;
      rows[count] = row;
      placed[count++] = at;
    },
    *sorted(nameOf: readonly string[]): Generator<RowGroup> {
      const starts = new Uint32Array(groups.length + 1);
      for (const [i, group] of groups.entries()) starts[i + 1] = starts[i]! + group.size;
      const next = starts.slice();
      const order = new Uint32Array(count);
      for (let i = 0; i < count; i++) order[next[placed[i]!]!++] = rows[i]!;
      for (const [i, group] of groups.entries())
        yield {
          bucket: group.bucket,
          name: nameOf[group.name]!,
          order,
          from: starts[i]!,
          to: starts[i + 1]!,
        };
    },
  };
}
