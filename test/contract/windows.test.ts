import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WindowReader } from '../../src/detect/ports.ts';
import type { ProfileRow, ProfileRun } from '../../src/domain/profile.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createWindowReader } from '../../src/store/windows.ts';
import { createMemoryWindows, type MemoryWindows, type RawKeys } from '../twins/windows.ts';

/** One suite over the reader of the store and its twin in memory: rows are put in as the other stages write them. */
let database: Database;
const directory = mkdtempSync(join(tmpdir(), 'leeway-windows-'));

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'windows', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

function createStoredWindows(): MemoryWindows {
  const insert = (table: string, rows: readonly Readonly<Record<string, unknown>>[]) =>
    database.insertRows(`windows.${table}`, rows);
  const reader: WindowReader & Pick<MemoryWindows, 'readDistribution'> = createWindowReader(
    database,
    'windows',
  );
  return {
    ...reader,
    touch: (model, environment, ...buckets) =>
      insert(
        'touched',
        buckets.map(bucket => ({ model, environment, bucket })),
      ),
    record: (...runs: ProfileRun[]) =>
      insert(
        'profile_runs',
        runs.map(({ keySum, ...run }) => ({ ...run, key_sum: BigInt(keySum) })),
      ),
    profile: (...rows: ProfileRow[]) =>
      insert(
        'profiles',
        rows.map(({ nMissing, nNan, nMismatch, tailSums, ...row }) => ({
          ...row,
          n_missing: nMissing,
          n_nan: nNan,
          n_mismatch: nMismatch,
          tail_sums: tailSums,
        })),
      ),
    raw: (...rows: RawKeys[]) =>
      insert(
        'inferences',
        rows.map(row => ({
          model: row.model,
          environment: row.environment,
          bucket: row.bucket,
          id: row.id,
          time: row.time ?? row.bucket * 1000,
          version: row.version ?? '',
          num: Object.fromEntries(row.num.map(name => [name, 1])),
          cat: Object.fromEntries(row.cat.map(name => [name, 'x'])),
        })),
      ),
  };
}

const environment = 'prod';
const base = 1_790_000_000 - (1_790_000_000 % 604_800);
const hour = (i: number) => base + i * 3600;

function runOf(
  of: { model: string; baseline: number },
  part: Partial<ProfileRun> & Pick<ProfileRun, 'grain' | 'bucket' | 'generation'>,
): ProfileRun {
  return {
    ...of,
    environment,
    started: Number(part.generation / 65_536n),
    rows: 1,
    keySum: '7',
    duplicates: 0,
    reused: 0,
    ...part,
  };
}

function profileRow(
  of: { model: string; baseline: number },
  part: Partial<ProfileRow> & Pick<ProfileRow, 'grain' | 'bucket' | 'generation'>,
): ProfileRow {
  return {
    ...of,
    environment,
    version: '',
    segment: '',
    subject: 'feature:age',
    n: 10,
    nMissing: 1,
    nNan: 0,
    nMismatch: 2,
    sum: 12.5,
    sum2: 30,
    bins: [1, 3],
    counts: [3, 4],
    tailSums: [],
    extra: {},
    ...part,
  };
}

const generation = (ms: number) => BigInt(ms) * 65_536n;

describe.each([
  ['in memory', createMemoryWindows],
  ['in ClickHouse', createStoredWindows],
] as const)('windows %s', (kind, create) => {
  const of = (name: string, baseline = 1) => ({ model: `${name} ${kind}`, environment, baseline });

  test('streams know their first bucket', async () => {
    const windows = create();
    const { model } = of('streams');
    await windows.touch(model, environment, hour(3) + 600, hour(2) + 300);
    await windows.touch(model, 'staging', hour(5));
    const mine = (await windows.streams()).filter(s => s.model === model);
    expect(mine.sort((a, b) => a.first - b.first)).toEqual([
      { model, environment, first: hour(2) + 300 },
      { model, environment: 'staging', first: hour(5) },
    ]);
  });

  test('an hour is complete when all its marked buckets are profiled and it is newer than they are', async () => {
    const windows = create();
    const stream = of('coverage');
    const { model } = stream;
    const run = (grain: 300 | 3600, bucket: number, ms: number, rows = 5) =>
      runOf(stream, { grain, bucket, generation: generation(ms), rows });
    await windows.touch(model, environment, hour(0), hour(0) + 300, hour(1), hour(2), hour(3), hour(4));
    await windows.record(run(300, hour(0), 100), run(300, hour(0) + 300, 110), run(3600, hour(0), 120, 9));
    await windows.record(run(300, hour(1), 100), run(3600, hour(1), 90));
    await windows.record(run(3600, hour(2), 90));
    await windows.record(run(300, hour(3), 90));
    // A later run replaces an earlier one, in whatever order they are read.
    await windows.record(run(300, hour(4), 100), run(3600, hour(4), 100, 3));
    await windows.record(run(3600, hour(4), 130, 4));
    await windows.record(
      runOf(of('coverage', 2), { grain: 3600, bucket: hour(0), generation: generation(999) }),
    );
    await windows.record(runOf(stream, { grain: 86400, bucket: base, generation: generation(140) }));
    const coverage = await windows.coverage(stream, base);
    const clean = { duplicates: 0, reused: 0 };
    expect(coverage.hours).toEqual([
      // What was counted is what the newest run says, of whatever baseline.
      {
        hour: hour(0),
        generation: generation(120),
        started: 120,
        rows: 9,
        complete: true,
        counted: 1,
        ...clean,
      },
      {
        hour: hour(1),
        generation: generation(90),
        started: 90,
        rows: 5,
        complete: false,
        counted: 5,
        ...clean,
      },
      {
        hour: hour(2),
        generation: generation(90),
        started: 90,
        rows: 5,
        complete: false,
        counted: 5,
        ...clean,
      },
      { hour: hour(3), generation: 0n, started: 0, rows: 0, complete: false, ...clean },
      {
        hour: hour(4),
        generation: generation(130),
        started: 130,
        rows: 4,
        complete: true,
        counted: 4,
        ...clean,
      },
    ]);
    expect(coverage.days).toEqual([{ day: base, started: 140 }]);
    expect((await windows.coverage(stream, hour(4))).hours.map(h => h.hour)).toEqual([hour(4)]);
    expect(await windows.coverage(of('nothing'), base)).toEqual({ hours: [], days: [] });
  });

  test('hours know their copies and reused ids, and what was counted under another baseline', async () => {
    const windows = create();
    const stream = of('copies');
    await windows.touch(stream.model, environment, hour(0), hour(1));
    const part = { duplicates: 12, reused: 3, rows: 50 };
    await windows.record(
      runOf(stream, { grain: 300, bucket: hour(0), generation: generation(100), duplicates: 5, reused: 5 }),
      runOf(stream, {
        grain: 3600,
        bucket: hour(0),
        generation: generation(110),
        duplicates: 99,
        reused: 99,
      }),
    );
    await windows.record(
      runOf(stream, { grain: 3600, bucket: hour(0), generation: generation(120), ...part }),
    );
    await windows.record(
      runOf(of('copies', 2), {
        grain: 3600,
        bucket: hour(1),
        generation: generation(90),
        rows: 40,
        reused: 2,
      }),
    );
    const { hours } = await windows.coverage(stream, base);
    expect(hours).toEqual([
      { hour: hour(0), generation: generation(120), started: 120, complete: true, counted: 50, ...part },
      {
        hour: hour(1),
        generation: 0n,
        started: 0,
        rows: 0,
        complete: false,
        counted: 40,
        duplicates: 0,
        reused: 0,
      },
    ]);
  });

  test('ids that come with several event times or versions are counted, copies are not', async () => {
    const windows = create();
    const { model } = of('repeats');
    const raw = (id: string, at: number, part: Partial<RawKeys> = {}): RawKeys => ({
      model,
      environment,
      bucket: hour(at),
      id,
      num: [],
      cat: [],
      ...part,
    });
    await windows.raw(
      raw('a', 0),
      raw('a', 1),
      raw('a', 2),
      raw('b', 0),
      raw('c', 0),
      raw('d', 3),
      raw('a', 5),
    );
    await windows.raw(raw('b', 0), raw('c', 0, { version: '2' }), raw('d', 3, { time: hour(3) * 1000 + 5 }));
    await windows.raw(raw('b', 0, { environment: 'staging', version: '9' }));
    const within = (from: number, to: number) =>
      windows.repeatedIds({ model, environment }, { from: hour(from), to: hour(to) });
    expect(await within(0, 4)).toEqual({ rows: 8, ids: 3, extra: 4 });
    expect(await within(0, 1)).toEqual({ rows: 4, ids: 1, extra: 1 });
    expect(await within(8, 9)).toEqual({ rows: 0, ids: 0, extra: 0 });
  });

  test('only profiles of a recorded, newest generation are read', async () => {
    const windows = create();
    const stream = of('tiles');
    const row = (part: Partial<ProfileRow> & Pick<ProfileRow, 'grain' | 'bucket' | 'generation'>) =>
      profileRow(stream, part);
    await windows.profile(
      row({ grain: 3600, bucket: hour(0), generation: 1n, n: 99 }),
      row({ grain: 3600, bucket: hour(0), generation: 2n }),
      row({ grain: 3600, bucket: hour(0), generation: 2n, subject: 'latency', sum: Number.NaN }),
      row({ grain: 3600, bucket: hour(0), generation: 3n, n: 98 }),
      row({ grain: 3600, bucket: hour(0), generation: 2n, version: '7', n: 4 }),
      row({ grain: 3600, bucket: hour(0), generation: 2n, segment: 'country=NL', n: 97 }),
      row({ grain: 3600, bucket: hour(1), generation: 5n, n: 96 }),
      row({ grain: 3600, bucket: hour(2), generation: 6n }),
      row({ grain: 86400, bucket: base + 86_400, generation: 7n, bins: [1023], counts: [70_000] }),
    );
    await windows.record(
      runOf(stream, { grain: 3600, bucket: hour(0), generation: 1n }),
      runOf(stream, { grain: 3600, bucket: hour(0), generation: 2n }),
      runOf(stream, { grain: 3600, bucket: hour(2), generation: 6n }),
      runOf(stream, { grain: 86400, bucket: base + 86_400, generation: 7n }),
    );
    const tiles = [
      { grain: 3600, bucket: hour(0) },
      { grain: 3600, bucket: hour(1) },
      { grain: 86400, bucket: base + 86_400 },
    ] as const;
    const found = await windows.tiles(stream, { tiles, version: '' });
    expect(found.map(t => [t.grain, t.bucket, t.subject, t.generation, t.profile.n])).toEqual([
      [3600, hour(0), 'feature:age', 2n, 10],
      [3600, hour(0), 'latency', 2n, 10],
      [86400, base + 86_400, 'feature:age', 7n, 10],
    ]);
    expect(found[0]!.profile).toEqual({
      n: 10,
      nMissing: 1,
      nNan: 0,
      nMismatch: 2,
      sum: 12.5,
      sum2: 30,
      bins: [1, 3],
      counts: [3, 4],
      tailSums: [],
    });
    expect(found[1]!.profile.sum).toBeNaN();
    expect(found[2]!.profile.counts).toEqual([70_000]);
    const versioned = await windows.tiles(stream, { tiles, version: '7' });
    expect(versioned.map(t => t.profile.n)).toEqual([4]);
    expect(await windows.tiles(stream, { tiles: [], version: '' })).toEqual([]);
  });

  test('a distribution adds up the valid hours of one subject', async () => {
    const windows = create();
    const stream = of('distribution');
    for (const [i, g] of [
      [0, 4n],
      [1, 5n],
      [2, 6n],
    ] as const) {
      await windows.profile(
        profileRow(stream, { grain: 3600, bucket: hour(i), generation: g }),
        profileRow(stream, { grain: 3600, bucket: hour(i), generation: g, subject: 'latency' }),
      );
      await windows.record(runOf(stream, { grain: 3600, bucket: hour(i), generation: g }));
    }
    const query = { ...stream, subject: 'feature:age', start: hour(0), end: hour(2) };
    expect(await windows.readDistribution(query)).toEqual({
      profile: {
        n: 20,
        nMissing: 2,
        nNan: 0,
        nMismatch: 4,
        sum: 25,
        sum2: 60,
        bins: [1, 3],
        counts: [6, 8],
        tailSums: [],
      },
      generation: 5n,
    });
    const tail = { subject: 'feature:tail', bins: [1, 40], counts: [3, 4], tailSums: [0.5] };
    const more = { ...tail, bins: [1, 40, 90], counts: [3, 2, 2], tailSums: [-0.5, 1e300] };
    await windows.profile(
      profileRow(stream, { grain: 3600, bucket: hour(0), generation: 4n, ...tail }),
      profileRow(stream, { grain: 3600, bucket: hour(1), generation: 5n, ...more }),
    );
    expect(await windows.readDistribution({ ...query, subject: 'feature:tail' })).toMatchObject({
      profile: { bins: [1, 40, 90], counts: [6, 6, 2], tailSums: [0, 1e300] },
    });
    const nothing = await windows.readDistribution({ ...query, subject: 'feature:no' });
    expect(nothing).toMatchObject({ profile: { n: 0, bins: [] }, generation: 0n });
  });

  test('fields the baseline lacks are counted by hour, copies once, names with quotes unharmed', async () => {
    const windows = create();
    const { model } = of('fields');
    const raw = (bucket: number, id: string, num: readonly string[], cat: readonly string[]): RawKeys => ({
      model,
      environment,
      bucket,
      id,
      num,
      cat,
    });
    await windows.raw(
      raw(hour(0), 'a', ['age', "o'dd"], ['plan']),
      raw(hour(0) + 300, 'b', ['age', "o'dd"], ['tariff']),
      raw(hour(1), 'c', ['age'], ['tariff']),
      raw(hour(2), 'd', ['later'], []),
      raw(hour(3), 'e', ["know'n", 'back\\slash', 'tab\tbed', 'comma,[]'], ['new']),
    );
    await windows.raw(raw(hour(1), 'c', ['age'], ['tariff']));
    const known = ['age', 'plan'];
    const found = await windows.unknownFields({ model, environment }, { known, from: hour(0), to: hour(2) });
    expect(found).toEqual([
      { hour: hour(0), field: "o'dd", rows: 2 },
      { hour: hour(0), field: 'tariff', rows: 1 },
      { hour: hour(1), field: 'tariff', rows: 1 },
    ]);
    const odd = ["know'n", 'back\\slash', 'tab\tbed', 'comma,[]'];
    const rest = await windows.unknownFields(
      { model, environment },
      { known: odd, from: hour(3), to: hour(4) },
    );
    expect(rest).toEqual([{ hour: hour(3), field: 'new', rows: 1 }]);
    const none = await windows.unknownFields(
      { model, environment },
      { known: [], from: hour(9), to: hour(10) },
    );
    expect(none).toEqual([]);
  });
});
