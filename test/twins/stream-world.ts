import type { CalendarEntry } from '../../src/detect/calendar.ts';
import { createDetector } from '../../src/detect/detector.ts';
import type {
  BaselineReader,
  FindingLedger,
  LedgerEntry,
  NoiseStore,
  WindowReader,
} from '../../src/detect/ports.ts';
import type { Activation, Baseline } from '../../src/domain/baseline.ts';
import type { Finding, JudgedWindow } from '../../src/domain/finding.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createMemoryNoise } from './noise.ts';

/** Profiles of one hour by subject; null where the stream is silent. */
export type HourProfiles = Readonly<Record<string, Profile>> | null;

export interface HourOddities {
  readonly fields: Readonly<Record<string, number>>;
  readonly reused: number;
}

export interface StreamWorldOptions {
  /** Baselines with the hour (since the epoch) each is activated at; they share one binning. */
  readonly baselines: readonly { readonly baseline: Baseline; readonly from: number }[];
  /** First hour, since the epoch. */
  readonly first: number;
  readonly hours: number;
  /** Profiles of an hour by its number from the first; asked for once. */
  readonly profilesAt: (i: number) => HourProfiles;
  /** Rows of fields that the baseline lacks, and ids that came again with another content, by hour. */
  readonly oddAt?: (i: number) => HourOddities;
  readonly budget?: number;
  readonly calendar?: readonly CalendarEntry[];
  readonly noise?: NoiseStore;
}

/** A stream of hourly profiles in memory, judged by the real detector: months in seconds. */
export interface StreamWorld {
  readonly noise: NoiseStore;
  /** What the detector reads. */
  readonly windows: WindowReader;
  readonly baselines: BaselineReader;
  /** Judges every window that ends up to hour i (from the first), those not judged before. */
  judgeUpTo(i: number): Promise<readonly JudgedWindow[]>;
}

const hourSeconds = 3600;

export function createStreamWorld(options: StreamWorldOptions): StreamWorld {
  const { first } = options;
  const profiles = new Map<number, Readonly<Record<string, Profile>>>();
  for (let i = 0; i < options.hours; i++) {
    const made = options.profilesAt(i);
    if (made !== null) profiles.set((first + i) * hourSeconds, made);
  }
  const odd = new Map<number, HourOddities>();
  for (const hour of options.oddAt === undefined ? [] : profiles.keys())
    odd.set(hour, options.oddAt!(hour / hourSeconds - first));
  const model = options.baselines[0]!.baseline.model;
  const noise = options.noise ?? createMemoryNoise();
  const events = createRecordedEvents();
  const windows = readerOf({ model, first: first * hourSeconds, profiles, odd });
  const baselines = baselineReader(options);
  const detector = createDetector({
    windows,
    findings: createMemoryLedger(),
    noise,
    baselines,
    events,
    clock: createManualClock(0),
    budget: options.budget ?? 1,
    horizonSeconds: 400 * 86_400,
    ...(options.calendar === undefined ? {} : { calendar: options.calendar }),
  });
  return {
    noise,
    windows,
    baselines,
    judgeUpTo: async i => {
      const now = ((first + i) * hourSeconds + 700) * 1000;
      const judged = await detector.tick({ now, readUpTo: now, cap: 1e6 });
      // The detector reports a stream that fails and goes on; here that would pass for silence.
      const failed = events.seen.find(({ event }) => (event as { outcome?: string }).outcome === 'failed');
      if (failed !== undefined) throw new Error((failed.event as { detail: string }).detail);
      return judged;
    },
  };
}

interface Stored {
  readonly model: string;
  readonly first: number;
  readonly profiles: ReadonlyMap<number, Readonly<Record<string, Profile>>>;
  readonly odd: ReadonlyMap<number, HourOddities>;
}

function readerOf({ model, first, profiles, odd }: Stored): WindowReader {
  return {
    streams: async () => [{ model, environment: 'prod', first }],
    coverage: async () => ({
      hours: [...profiles].map(([hour, subjects]) => ({
        hour,
        generation: 1n,
        started: 1,
        rows: Object.values(subjects).reduce((most, { n }) => Math.max(most, n), 0),
        complete: true,
        reused: odd.get(hour)?.reused ?? 0,
      })),
      days: [],
    }),
    tiles: async (_, { tiles }) =>
      tiles.flatMap(({ bucket }) =>
        Object.entries(profiles.get(bucket) ?? {}).map(([subject, profile]) => ({
          grain: 3600 as const,
          bucket,
          subject,
          generation: 1n,
          profile,
        })),
      ),
    unknownFields: async (_, { from, to }) =>
      [...odd]
        .filter(([hour]) => hour >= from && hour < to)
        .flatMap(([hour, { fields }]) =>
          Object.entries(fields).map(([field, rows]) => ({ hour, field, rows })),
        ),
    repeatedIds: async () => ({ rows: 0, ids: 0, extra: 0 }),
  } satisfies WindowReader;
}

function baselineReader({ baselines }: StreamWorldOptions) {
  const activations = baselines.map(
    ({ baseline, from }): Activation => ({
      model: baseline.model,
      version: '',
      baseline: baseline.baseline,
      from: from * hourSeconds * 1000,
      at: 0,
      by: 'test',
    }),
  );
  const find = (number: number | undefined) =>
    baselines.find(({ baseline }) => baseline.baseline === number)?.baseline ?? null;
  return {
    activations: async () => activations,
    read: async (_: string, number: number) => find(number),
    active: async (_: string, _version: string, at: number) =>
      find(activations.filter(a => a.from <= at).at(-1)?.baseline),
  };
}

/** What was judged, by window: all the detector asks of findings. */
function createMemoryLedger(): FindingLedger {
  const entries = new Map<string, LedgerEntry>();
  return {
    ledger: async () => [...entries.values()],
    write: async (findings: readonly Finding[]) => {
      for (const { windowStart, windowSeconds, generation, baseline, check } of findings) {
        if (check === 'blind') continue;
        entries.set(`${windowStart}/${windowSeconds}`, { windowStart, windowSeconds, generation, baseline });
      }
    },
  };
}
