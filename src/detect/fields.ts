import type { Baseline } from '../domain/baseline.ts';
import type { Window } from '../domain/window.ts';
import type { Coverage, Stream, WindowReader } from './ports.ts';
import { hourSeconds } from './windows.ts';

/** Hours that are remembered: the longest window and some room. */
const keptSeconds = 10 * 86_400;

interface KnownHour {
  readonly generation: bigint;
  readonly fields: ReadonlyMap<string, number>;
}

/** Fields that the baseline lacks, by window. */
export interface FieldWatch {
  /** Reads the hours of `windows` that are new or have changed; the answer counts the rows of each unknown field. */
  watch(
    stream: Stream,
    request: {
      readonly baseline: Baseline;
      readonly coverage: Coverage;
      readonly windows: readonly Window[];
    },
  ): Promise<(window: Window) => ReadonlyMap<string, number>>;
}

/**
 * Learns names of new fields from the raw rows, whose keys are all that is read of them, each hour once: an hour is
 * remembered until its generation changes, and only fields outside the baseline are.
 */
export function createFieldWatch(reader: Pick<WindowReader, 'unknownFields'>): FieldWatch {
  const remembered = new Map<string, Map<number, KnownHour>>();
  return {
    watch: async (stream, { baseline, coverage, windows }) => {
      const key = JSON.stringify([stream.model, stream.environment, baseline.baseline]);
      const hours = remembered.get(key) ?? new Map<number, KnownHour>();
      remembered.set(key, hours);
      const from = Math.min(...windows.map(w => w.start));
      const to = Math.max(...windows.map(w => w.end));
      const stale = coverage.hours.filter(
        h => h.hour >= from && h.hour < to && hours.get(h.hour)?.generation !== h.generation,
      );
      if (stale.length > 0) {
        const request = {
          known: knownFields(baseline),
          from: stale[0]!.hour,
          to: stale.at(-1)!.hour + hourSeconds,
        };
        const found = await reader.unknownFields(stream, request);
        for (const { hour, generation } of stale) {
          const own = found.filter(count => count.hour === hour);
          hours.set(hour, { generation, fields: new Map(own.map(count => [count.field, count.rows])) });
        }
      }
      // Hours of these windows are still asked for, however many days they span.
      const kept = Math.min(from, to - keptSeconds);
      for (const hour of hours.keys()) if (hour < kept) hours.delete(hour);
      return window => addUp(hours, window);
    },
  };
}

function knownFields(baseline: Baseline): string[] {
  const prefix = 'feature:';
  return baseline.subjects
    .map(({ binning }) => binning.subject)
    .filter(name => name.startsWith(prefix))
    .map(name => name.slice(prefix.length));
}

function addUp(hours: ReadonlyMap<number, KnownHour>, window: Window): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (let hour = window.start; hour < window.end; hour += hourSeconds)
    for (const [field, rows] of hours.get(hour)?.fields ?? []) sums.set(field, (sums.get(field) ?? 0) + rows);
  return sums;
}
