import type { Activation, Baseline } from '../../src/domain/baseline.ts';
import type { Inference } from '../../src/domain/inference.ts';
import { bucketOf } from '../../src/domain/inference.ts';
import type { Label } from '../../src/domain/label.ts';
import type { Grain, ProfileRow, ProfileRun } from '../../src/domain/profile.ts';
import type {
  AuditStore,
  BaselineStore,
  ProfileStore,
  StoreTime,
  Stream,
  StreamBaseline,
} from '../../src/profile/ports.ts';
import { blockOfRows, keyHashOf, type LabelledRow } from '../../src/profile/row-block.ts';
import { addProfiles } from '../../src/stats/profile.ts';

/** What tests do to a store besides using its ports. */
export interface StoreHarness {
  readonly profiles: ProfileStore;
  readonly baselines: BaselineStore;
  readonly audit: AuditStore;
  /** Stores rows without marks; a row stored again is a copy. */
  addRows(rows: readonly Inference[]): Promise<void>;
  addLabels(labels: readonly Label[]): Promise<void>;
  /** Marks the buckets of rows as touched. */
  mark(rows: readonly Inference[], at: number): Promise<void>;
  deleteRow(row: Inference): Promise<void>;
}

/** The stores of src/profile/ in memory: the same rules as the SQL, written as plainly as possible. */
export function createTwin(clock: StoreTime): StoreHarness {
  const inferences: Inference[] = [];
  const labels = new Map<string, Label>();
  const marks = new Map<string, { stream: Stream; bucket: number; at: number }>();
  const profiles: ProfileRow[] = [];
  const runs: ProfileRun[] = [];
  const stored: Baseline[] = [];
  const activations: Activation[] = [];

  const same = (a: Stream, b: Stream) => a.model === b.model && a.environment === b.environment;
  const sameBaseline = (a: StreamBaseline, b: StreamBaseline) => same(a, b) && a.baseline === b.baseline;
  const rowsOf = (stream: Stream) => inferences.filter(row => same(row, stream));
  const distinct = (rows: readonly Inference[]) => [
    ...new Map(rows.map(row => [JSON.stringify([row.id, row.version, row.time]), row])).values(),
  ];
  const labelled = (rows: readonly Inference[]): LabelledRow[] =>
    rows.map(inference => ({
      inference,
      label: labels.get(JSON.stringify([inference.model, inference.id])) ?? null,
    }));
  const inSlice = (row: Inference, { slice, slices }: { slice: number; slices: number }) =>
    Math.floor((keyHashOf(row.id)[1] / 2 ** 32) * slices) === slice;
  const latestRuns = (of: StreamBaseline, grain: Grain) => {
    const latest = new Map<number, ProfileRun>();
    for (const run of runs)
      if (
        sameBaseline(run, of) &&
        run.grain === grain &&
        run.generation > (latest.get(run.bucket)?.generation ?? -1n)
      )
        latest.set(run.bucket, run);
    return [...latest.values()].sort((a, b) => a.bucket - b.bucket);
  };
  const valid = (of: StreamBaseline, grain: Grain) => {
    const latest = new Map(latestRuns(of, grain).map(run => [run.bucket, run.generation]));
    return profiles.filter(
      p => sameBaseline(p, of) && p.grain === grain && latest.get(p.bucket) === p.generation,
    );
  };
  const partsOf = (grain: 3600 | 86400): Grain => (grain === 3600 ? 300 : 3600);
  const startOf = (bucket: number, grain: number) => Math.floor(bucket / grain) * grain;
  const sumRuns = (parts: readonly ProfileRun[]) => ({
    rows: parts.reduce((sum, run) => sum + run.rows, 0),
    keySum: BigInt.asUintN(
      64,
      parts.reduce((sum, run) => sum + BigInt(run.keySum), 0n),
    ).toString(),
    duplicates: parts.reduce((sum, run) => sum + run.duplicates, 0),
    reused: parts.reduce((sum, run) => sum + run.reused, 0),
  });
  const isDue = (mark: { at: number } | undefined, run: ProfileRun | undefined) =>
    mark !== undefined && (run === undefined || mark.at >= run.started);
  const markOf = (stream: Stream, bucket: number) =>
    marks.get(JSON.stringify([stream.model, stream.environment, bucket]));
  const putMark = (stream: Stream, bucket: number, at: number) => {
    const before = markOf(stream, bucket);
    marks.set(JSON.stringify([stream.model, stream.environment, bucket]), {
      stream: { model: stream.model, environment: stream.environment },
      bucket,
      at: Math.max(at, before?.at ?? 0),
    });
  };
  const streams = (of: readonly Stream[]) =>
    [
      ...new Map(
        of.map(s => [
          JSON.stringify([s.model, s.environment]),
          { model: s.model, environment: s.environment },
        ]),
      ).values(),
    ].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const byBucket = (rows: readonly Inference[], buckets: readonly number[]) => {
    const found = new Map<number, Inference[]>();
    for (const row of rows) {
      const bucket = bucketOf(row.time);
      if (buckets.includes(bucket)) found.set(bucket, [...(found.get(bucket) ?? []), row]);
    }
    return found;
  };

  const profileStore: ProfileStore = {
    streams: async () => streams([...marks.values()].map(mark => mark.stream)),
    dueBuckets: async of => {
      const latest = new Map(latestRuns(of, 300).map(run => [run.bucket, run]));
      return [...marks.values()]
        .filter(mark => same(mark.stream, of) && isDue(mark, latest.get(mark.bucket)))
        .map(mark => ({ bucket: mark.bucket, started: latest.get(mark.bucket)?.started ?? null }))
        .sort((a, b) => a.bucket - b.bucket);
    },
    lastGeneration: async of =>
      runs
        .filter(run => sameBaseline(run, of))
        .reduce((last, run) => (run.generation > last ? run.generation : last), 0n),
    countCopies: async (stream, buckets) =>
      new Map([...byBucket(rowsOf(stream), buckets)].map(([bucket, rows]) => [bucket, rows.length])),
    readRows: async (stream, part) => {
      const rows = distinct(rowsOf(stream)).filter(
        row => part.buckets.includes(bucketOf(row.time)) && inSlice(row, part),
      );
      return rows.length === 0 ? [] : [blockOfRows(labelled(rows))];
    },
    countReused: async (stream, buckets) => {
      const reused = new Map<number, number>();
      for (const [bucket, rows] of byBucket(rowsOf(stream), buckets)) {
        const contents = new Map<string, Set<string>>();
        for (const row of rows) {
          const key = JSON.stringify([row.id, row.version, row.time]);
          const { source: _source, position: _position, ...content } = row;
          contents.set(key, (contents.get(key) ?? new Set()).add(JSON.stringify(content)));
        }
        const count = [...contents.values()].filter(set => set.size > 1).length;
        if (count > 0) reused.set(bucket, count);
      }
      return reused;
    },
    writeProfiles: async rows => void profiles.push(...rows),
    recordRuns: async rows => void runs.push(...rows),
    dueSums: async (of, grain) => {
      const wholes = new Map(latestRuns(of, grain).map(run => [run.bucket, run]));
      const parts = groupBy(latestRuns(of, partsOf(grain)), run => startOf(run.bucket, grain));
      return [...parts]
        .filter(([start, list]) => {
          const whole = wholes.get(start);
          const sum = sumRuns(list);
          if (whole === undefined) return true;
          return (
            list.some(run => run.generation > whole.generation) ||
            sum.rows !== whole.rows ||
            sum.keySum !== whole.keySum
          );
        })
        .map(([start]) => start)
        .sort((a, b) => a - b);
    },
    bucketsWithOther: async (of, { grain, buckets, bins }) => {
      const found = valid(of, partsOf(grain))
        .filter(p => p.version === '' && p.segment === '' && buckets.includes(startOf(p.bucket, grain)))
        .filter(p => p.bins.includes(bins.get(p.subject) ?? -1))
        .map(p => ({ bucket: startOf(p.bucket, grain), subject: p.subject }));
      return [...new Map(found.map(f => [JSON.stringify([f.bucket, f.subject]), f])).values()];
    },
    unseenNames: async (stream, { grain, buckets, subjects }) => {
      const found = [];
      for (const bucket of buckets)
        for (const { subject, known } of subjects) {
          const counts = new Map<string, number>();
          for (const row of distinct(rowsOf(stream))) {
            if (startOf(bucketOf(row.time), grain) !== bucket) continue;
            const name = subject.slice('feature:'.length);
            const value =
              subject === 'prediction' ? row.predicted : row.catValues[row.catNames.indexOf(name)];
            if (value !== undefined && !known.includes(value))
              counts.set(value, (counts.get(value) ?? 0) + 1);
          }
          const names = [...counts]
            .filter(([, count]) => count >= 5)
            .sort((a, b) => b[1] - a[1])
            .slice(0, 10);
          if (names.length > 0) found.push({ bucket, subject, names: Object.fromEntries(names) });
        }
      return found;
    },
    addUp: async (of, { grain, buckets, generation, extra }) => {
      const cells = new Map<string, ProfileRow>();
      for (const part of valid(of, partsOf(grain))) {
        const bucket = startOf(part.bucket, grain);
        if (!buckets.includes(bucket)) continue;
        const key = JSON.stringify([bucket, part.version, part.segment, part.subject]);
        const names = extra.find(e => e.bucket === bucket && e.subject === part.subject)?.names ?? {};
        const whole = part.version === '' && part.segment === '';
        const before = cells.get(key);
        const sum = before === undefined ? part : addProfiles(before, part);
        cells.set(key, { ...part, ...sum, grain, bucket, generation, extra: whole ? names : {} });
      }
      profiles.push(...cells.values());
      const parts = groupBy(latestRuns(of, partsOf(grain)), run => startOf(run.bucket, grain));
      return buckets.filter(b => parts.has(b)).map(bucket => ({ bucket, ...sumRuns(parts.get(bucket)!) }));
    },
    readValid: async (of, { grain, from, to }) =>
      valid(of, grain)
        .filter(p => p.bucket >= from && p.bucket < to)
        .sort(
          (a, b) =>
            a.bucket - b.bucket ||
            compare(a.version, b.version) ||
            compare(a.segment, b.segment) ||
            compare(a.subject, b.subject),
        ),
    readRuns: async (of, grain) => latestRuns(of, grain),
    sweep: async () => {
      const replaced = profiles.filter(p =>
        runs.some(
          run =>
            sameBaseline(run, p) &&
            run.grain === p.grain &&
            run.bucket === p.bucket &&
            run.generation > p.generation,
        ),
      );
      for (const row of replaced) profiles.splice(profiles.indexOf(row), 1);
      return replaced.length;
    },
  };

  const inPeriod = (stream: Stream, query: { from: number; to: number; version: string }) =>
    distinct(rowsOf(stream)).filter(
      row =>
        bucketOf(row.time) >= query.from &&
        bucketOf(row.time) < query.to &&
        (query.version === '' || row.version === query.version),
    );
  const baselineStore: BaselineStore = {
    list: async model =>
      stored.filter(b => b.model === model).map(({ subjects: _subjects, ...header }) => header),
    read: async (model, baseline) => stored.find(b => b.model === model && b.baseline === baseline) ?? null,
    lastNumber: async model =>
      stored.filter(b => b.model === model).reduce((last, b) => Math.max(last, b.baseline), 0),
    write: async baseline => void stored.push(baseline),
    activations: async model => activations.filter(a => a.model === model),
    activate: async activation => void activations.push(activation),
    hours: async (stream, until) => {
      const rows = distinct(rowsOf(stream)).filter(row => row.time <= until);
      const hours = groupBy(rows, row => startOf(bucketOf(row.time), 3600));
      return {
        hours: [...hours]
          .map(([hour, list]) => ({ hour, rows: list.length }))
          .sort((a, b) => a.hour - b.hour),
        first: rows.reduce((first, row) => Math.min(first, row.time), Infinity),
        last: rows.reduce((last, row) => Math.max(last, row.time), 0),
      };
    },
    countRows: async (stream, query) => inPeriod(stream, query).length,
    readSample: async (stream, query) => {
      const rows = inPeriod(stream, query).filter(row => inSlice(row, query));
      return rows.length === 0 ? [] : [blockOfRows(labelled(rows))];
    },
  };

  const auditStore: AuditStore = {
    streams: async () => streams(inferences),
    compare: async (of, { from, to }) => {
      const latest = new Map(latestRuns(of, 300).map(run => [run.bucket, run]));
      const rows = groupBy(distinct(rowsOf(of)), row => bucketOf(row.time));
      const all = [...new Set([...rows.keys(), ...latest.keys()])].filter(
        bucket => bucket >= from && bucket < to,
      );
      const settled = all.filter(bucket => !isDue(markOf(of, bucket), latest.get(bucket)));
      const mismatches = settled.filter(bucket => {
        const run = latest.get(bucket);
        const list = rows.get(bucket) ?? [];
        const keySum = list.reduce((sum, row) => sum + keyOf(row), 0n);
        return (
          list.length !== (run?.rows ?? 0) || BigInt.asUintN(64, keySum).toString() !== (run?.keySum ?? '0')
        );
      });
      return { buckets: settled.length, mismatches: mismatches.sort((a, b) => a - b) };
    },
    touch: async (stream, buckets) => {
      const last = runs.filter(run => same(run, stream)).reduce((max, run) => Math.max(max, run.started), 0);
      const at = Math.max(await clock.now(), last);
      for (const bucket of buckets) putMark(stream, bucket, at);
    },
  };

  return {
    profiles: profileStore,
    baselines: baselineStore,
    audit: auditStore,
    addRows: async rows => void inferences.push(...rows),
    addLabels: async list => {
      for (const label of list) {
        const key = JSON.stringify([label.model, label.id]);
        if ((labels.get(key)?.time ?? -1) <= label.time) labels.set(key, label);
      }
    },
    mark: async (rows, at) => {
      for (const row of rows) putMark(row, bucketOf(row.time), at);
    },
    deleteRow: async row => {
      for (let i = inferences.length - 1; i >= 0; i--) {
        const other = inferences[i]!;
        if (other.id === row.id && same(other, row)) inferences.splice(i, 1);
      }
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(row: Inference): bigint {
  const [low, high] = keyHashOf(row.id);
  return BigInt(low) + (BigInt(high) << 32n);
}

/** Map.groupBy, which Node 20 does not have. */
function groupBy<T, K>(list: readonly T[], keyOfItem: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
