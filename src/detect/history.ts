import type { Baseline } from '../domain/baseline.ts';
import type { StreamBaseline, WindowReader } from './ports.ts';
import { type ScoreStreams, scoreStreams } from './score-streams.ts';
import { hourSeconds } from './windows.ts';

/** Sums of every stream of every subject over one hour; null where the hour has no rows. */
export type HourSums = ReadonlyMap<string, Float64Array> | null;

/** What is remembered of a stream's hours. */
export interface History {
  /** Streams of each subject of the baseline that is tested. */
  readonly streams: ReadonlyMap<string, ScoreStreams>;
  /**
   * Sums by hour (hours since the epoch) for [from, to). Reads what is not remembered or has a newer generation.
   *
   * @param generations - generation of the hours that have rows
   * @param keep - hours before the range's end that are remembered: four weeks and more while they are learnt from
   */
  read(
    range: { readonly from: number; readonly to: number },
    generations: ReadonlyMap<number, bigint>,
    keep?: number,
  ): Promise<readonly HourSums[]>;
}

/** Histories of all streams, bounded together. */
export interface Histories {
  of(of: StreamBaseline, baseline: Baseline, subjects: readonly string[]): History;
}

interface Known {
  readonly generation: bigint;
  readonly sums: ReadonlyMap<string, Float64Array>;
}

interface Kept {
  readonly streams: ReadonlyMap<string, ScoreStreams>;
  readonly hours: Map<number, Known>;
  readonly numbers: number;
}

/** Hours kept of a stream: four weeks to learn from and the longest window. */
const keptHours = 36 * 24;
/** Hours read at once. */
const readHours = 96;
/** Numbers remembered over all streams: 256 MB of doubles. */
const mostNumbers = 32_000_000;

/** Remembers hourly sums of the streams judged last, so that an hour is read once however many windows it is in. */
export function createHistories(reader: Pick<WindowReader, 'tiles'>): Histories {
  const kept = new Map<string, Kept>();
  return {
    of: (of, baseline, subjects) => {
      const key = JSON.stringify([of.model, of.environment, of.baseline]);
      const known = kept.get(key) ?? newKept(baseline, subjects);
      // The one used last is forgotten last.
      kept.delete(key);
      kept.set(key, known);
      forget(kept);
      return {
        streams: known.streams,
        read: (range, generations, keep = keptHours) =>
          readHistory({ reader, of, kept: known, keep }, range, generations),
      };
    },
  };
}

function newKept(baseline: Baseline, subjects: readonly string[]): Kept {
  const wanted = new Set(subjects);
  const streams = new Map(
    baseline.subjects
      .filter(({ binning }) => wanted.has(binning.subject))
      .map(subject => [subject.binning.subject, scoreStreams(subject)] as const),
  );
  let numbers = 0;
  for (const { specs } of streams.values()) numbers += 2 * specs.length;
  return { streams, hours: new Map(), numbers };
}

function forget(kept: Map<string, Kept>): void {
  let numbers = 0;
  for (const { hours, numbers: each } of kept.values()) numbers += hours.size * each;
  for (const [key, { hours, numbers: each }] of kept) {
    if (numbers <= mostNumbers || kept.size === 1) return;
    numbers -= hours.size * each;
    kept.delete(key);
  }
}

interface ReadWork {
  readonly reader: Pick<WindowReader, 'tiles'>;
  readonly of: StreamBaseline;
  readonly kept: Kept;
  readonly keep: number;
}

async function readHistory(
  { reader, of, kept, keep }: ReadWork,
  range: { readonly from: number; readonly to: number },
  generations: ReadonlyMap<number, bigint>,
): Promise<readonly HourSums[]> {
  const stale: number[] = [];
  for (let hour = range.from; hour < range.to; hour++) {
    const generation = generations.get(hour);
    if (generation !== undefined && kept.hours.get(hour)?.generation !== generation) stale.push(hour);
  }
  for (let i = 0; i < stale.length; i += readHours) {
    const hours = stale.slice(i, i + readHours);
    const tiles = hours.map(hour => ({ grain: 3600 as const, bucket: hour * hourSeconds }));
    const fresh = new Map(hours.map(hour => [hour, new Map<string, Float64Array>()]));
    for (const { bucket, subject, profile } of await reader.tiles(of, { tiles, version: '' })) {
      const streams = kept.streams.get(subject);
      if (streams !== undefined) fresh.get(bucket / hourSeconds)?.set(subject, streams.sums(profile));
    }
    for (const [hour, sums] of fresh) kept.hours.set(hour, { generation: generations.get(hour)!, sums });
  }
  for (const hour of kept.hours.keys()) if (hour < range.to - keep) kept.hours.delete(hour);
  const out: HourSums[] = [];
  for (let hour = range.from; hour < range.to; hour++)
    out.push(generations.has(hour) ? (kept.hours.get(hour)?.sums ?? null) : null);
  return out;
}
