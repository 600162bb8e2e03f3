import type { FindingLedger, StreamBaseline, WindowReader } from '../../src/detect/ports.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Profile, ProfileRow, ProfileRun } from '../../src/domain/profile.ts';
import { addProfiles, emptyProfile } from '../../src/stats/profile.ts';
import type { DistributionQuery } from '../../src/store/windows.ts';

/** Keys of the raw rows of one 5-minute bucket, as `unknownFields` reads them. */
export interface RawKeys {
  readonly model: string;
  readonly environment: string;
  readonly bucket: number;
  readonly id: string;
  /** Event time, epoch milliseconds; that of the bucket unless given. */
  readonly time?: number;
  /** '' unless given. */
  readonly version?: string;
  readonly num: readonly string[];
  readonly cat: readonly string[];
}

/** Tables in memory, and the reader over them: the twin of store/windows.ts. */
export interface MemoryWindows extends WindowReader {
  readDistribution(query: DistributionQuery): Promise<{ profile: Profile; generation: bigint }>;
  touch(model: string, environment: string, ...buckets: number[]): Promise<void>;
  record(...runs: ProfileRun[]): Promise<void>;
  profile(...rows: ProfileRow[]): Promise<void>;
  raw(...rows: RawKeys[]): Promise<void>;
}

const hourOf = (bucket: number) => Math.floor(bucket / 3600) * 3600;
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);

export function createMemoryWindows(): MemoryWindows {
  const touched = new Map<string, Set<number>>();
  const runs = new Map<string, ProfileRun>();
  const profiles: ProfileRow[] = [];
  const raws = new Map<string, RawKeys>();
  const runKey = (r: StreamBaseline & { grain: number; bucket: number }) =>
    JSON.stringify([r.model, r.environment, r.baseline, r.grain, r.bucket]);
  const streamKey = (model: string, environment: string) => JSON.stringify([model, environment]);
  const valid = (of: StreamBaseline, grain: number) =>
    [...runs.values()].filter(
      r =>
        r.model === of.model &&
        r.environment === of.environment &&
        r.baseline === of.baseline &&
        r.grain === grain,
    );
  const countedOf = (of: StreamBaseline, hour: number) => {
    const newest = [...runs.values()]
      .filter(
        r =>
          r.model === of.model && r.environment === of.environment && r.grain === 3600 && r.bucket === hour,
      )
      .sort((a, b) => Number(a.generation - b.generation))
      .at(-1);
    return newest === undefined ? {} : { counted: newest.rows };
  };
  return {
    touch: async (model, environment, ...buckets) => {
      const key = streamKey(model, environment);
      touched.set(key, new Set([...(touched.get(key) ?? []), ...buckets]));
    },
    record: async (...added) => {
      for (const run of added) {
        const known = runs.get(runKey(run));
        if (known === undefined || known.generation <= run.generation) runs.set(runKey(run), run);
      }
    },
    profile: async (...added) => void profiles.push(...added),
    raw: async (...added) => {
      for (const row of added)
        raws.set(
          JSON.stringify([row.model, row.environment, row.bucket, row.id, row.time, row.version]),
          row,
        );
    },
    streams: async () =>
      [...touched].map(([key, buckets]) => {
        const [model, environment] = JSON.parse(key) as [string, string];
        return { model, environment, first: Math.min(...buckets) };
      }),
    coverage: async (of, from) => {
      const buckets = [...(touched.get(streamKey(of.model, of.environment)) ?? [])].filter(b => b >= from);
      const parts = valid(of, 300).filter(r => r.bucket >= from);
      const sums = valid(of, 3600).filter(r => r.bucket >= from);
      const hours = [
        ...new Set([...buckets, ...parts.map(r => r.bucket), ...sums.map(r => r.bucket)].map(hourOf)),
      ];
      return {
        hours: hours
          .sort((a, b) => a - b)
          .map(hour => {
            const run = sums.find(r => r.bucket === hour);
            const inside = parts.filter(r => hourOf(r.bucket) === hour);
            const marked = buckets.filter(b => hourOf(b) === hour).length;
            const started = run?.started ?? 0;
            const whole = inside.length >= marked && started >= most(inside.map(r => r.started));
            return {
              hour,
              generation: run?.generation ?? 0n,
              started,
              rows: run?.rows ?? 0,
              complete: run !== undefined && whole,
              ...countedOf(of, hour),
              duplicates: run?.duplicates ?? 0,
              reused: run?.reused ?? 0,
            };
          }),
        days: valid(of, 86_400)
          .filter(r => r.bucket >= from)
          .sort((a, b) => a.bucket - b.bucket)
          .map(r => ({ day: r.bucket, started: r.started })),
      };
    },
    tiles: async (of, { tiles, version }) =>
      profiles
        .filter(
          p =>
            p.version === version &&
            p.segment === '' &&
            tiles.some(t => t.grain === p.grain && t.bucket === p.bucket) &&
            runs.get(runKey({ ...of, grain: p.grain, bucket: p.bucket }))?.generation === p.generation &&
            p.model === of.model &&
            p.environment === of.environment &&
            p.baseline === of.baseline,
        )
        .sort((a, b) => a.grain - b.grain || a.bucket - b.bucket || (a.subject < b.subject ? -1 : 1))
        .map(p => ({
          grain: p.grain as 3600 | 86400,
          bucket: p.bucket,
          subject: p.subject,
          generation: p.generation,
          profile: countsOf(p),
        })),
    unknownFields: async (stream, { known, from, to }) => {
      const found = new Map<string, { hour: number; field: string; rows: number }>();
      for (const row of raws.values()) {
        if (row.model !== stream.model || row.environment !== stream.environment) continue;
        if (row.bucket < from || row.bucket >= to) continue;
        for (const field of [...row.num, ...row.cat].filter(name => !known.includes(name))) {
          const key = JSON.stringify([hourOf(row.bucket), field]);
          const before = found.get(key)?.rows ?? 0;
          found.set(key, { hour: hourOf(row.bucket), field, rows: before + 1 });
        }
      }
      return [...found.values()].sort((a, b) => a.hour - b.hour || (a.field < b.field ? -1 : 1));
    },
    repeatedIds: async (stream, { from, to }) => {
      const times = new Map<string, Set<string>>();
      for (const row of raws.values()) {
        if (row.model !== stream.model || row.environment !== stream.environment) continue;
        if (row.bucket < from || row.bucket >= to) continue;
        const seen = times.get(row.id) ?? new Set();
        times.set(row.id, seen.add(JSON.stringify([row.time ?? row.bucket * 1000, row.version ?? ''])));
      }
      const sizes = [...times.values()].map(seen => seen.size);
      const rows = sizes.reduce((sum, size) => sum + size, 0);
      return { rows, ids: sizes.filter(size => size > 1).length, extra: rows - sizes.length };
    },
    readDistribution: async query => {
      const found = profiles.filter(
        p =>
          p.model === query.model &&
          p.environment === query.environment &&
          p.baseline === query.baseline &&
          p.grain === 3600 &&
          p.subject === query.subject &&
          p.version === (query.version ?? '') &&
          p.segment === '' &&
          p.bucket >= query.start &&
          p.bucket < query.end &&
          runs.get(runKey(p))?.generation === p.generation,
      );
      return {
        profile: found.reduce<Profile>((sum, p) => addProfiles(sum, p), emptyProfile),
        generation: found.reduce((high, p) => (p.generation > high ? p.generation : high), 0n),
      };
    },
  };
}

function countsOf(row: ProfileRow): Profile {
  const { n, nMissing, nNan, nMismatch, sum, sum2, bins, counts, tailSums } = row;
  return { n, nMissing, nNan, nMismatch, sum, sum2, bins, counts, tailSums };
}

/** Findings in memory: the twin of store/findings.ts. */
export function createMemoryFindings(): FindingLedger & { all(): readonly Finding[] } {
  const rows = new Map<string, Finding>();
  const keyOf = (f: Finding) =>
    JSON.stringify([
      f.model,
      f.environment,
      f.check,
      f.subject,
      f.version,
      f.segment,
      f.windowSeconds,
      f.windowStart,
    ]);
  return {
    all: () => [...rows.values()],
    write: async findings => {
      for (const finding of findings) {
        const known = rows.get(keyOf(finding));
        if (known === undefined || known.generation <= finding.generation) rows.set(keyOf(finding), finding);
      }
    },
    ledger: async ({ model, environment }, from) => {
      const windows = new Map<string, Finding[]>();
      for (const f of rows.values()) {
        if (f.model !== model || f.environment !== environment || f.windowStart + f.windowSeconds <= from)
          continue;
        if (f.check !== 'volume' && f.check !== 'blind') continue;
        const key = `${f.windowStart}/${f.windowSeconds}`;
        windows.set(key, [...(windows.get(key) ?? []), f]);
      }
      return [...windows.values()]
        .map(found => {
          const volume = found.find(f => f.check === 'volume');
          return {
            windowStart: found[0]!.windowStart,
            windowSeconds: found[0]!.windowSeconds,
            generation: volume?.generation ?? null,
            baseline: (volume ?? found[0]!).baseline,
            ...(found.some(f => f.verdict === 'failed') ? { failed: true } : {}),
          };
        })
        .sort((a, b) => a.windowStart - b.windowStart || a.windowSeconds - b.windowSeconds);
    },
  };
}
