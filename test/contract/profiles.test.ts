import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Inference } from '../../src/domain/inference.ts';
import { bucketOf } from '../../src/domain/inference.ts';
import type { Label } from '../../src/domain/label.ts';
import type { Profile, ProfileRow, ProfileRun } from '../../src/domain/profile.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createAuditor } from '../../src/profile/auditor.ts';
import { createBaselines } from '../../src/profile/baselines.ts';
import { cutSubjects } from '../../src/profile/cut.ts';
import { createProfiler, type ProfilerDeps } from '../../src/profile/profiler.ts';
import { blockOfRows } from '../../src/profile/row-block.ts';
import { addProfiles, emptyProfile } from '../../src/stats/profile.ts';
import { createTailBins, tailBinOf } from '../../src/stats/tail-bins.ts';
import { createAuditStore } from '../../src/store/audit.ts';
import { createBaselineStore } from '../../src/store/baselines.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { lastRows } from '../../src/store/last-rows.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createModelStore } from '../../src/store/models.ts';
import { createProfileStore } from '../../src/store/profiles.ts';
import { createTwin, type StoreHarness } from '../twins/profile-store.ts';

const start = Date.UTC(2026, 0, 5);
const hour = 3_600_000;
const day = 24 * hour;
const retention = 30 * 86400;

interface Clocks {
  now(): Promise<number>;
  at: number;
}

function manualStoreClock(): Clocks {
  const clock = { at: start, now: async () => clock.at };
  return clock;
}

function row(model: string, id: string, time: number, over: Partial<Inference> = {}): Inference {
  const i = Number(id.replaceAll(/\D/g, '')) || 0;
  return {
    model,
    environment: 'prod',
    version: i % 3 === 0 ? '2' : '1',
    id,
    time,
    timeSource: 'payload',
    numNames: ['age', 'income'],
    numValues: [i % 50, i % 11 === 0 ? NaN : i * 1.5],
    catNames: ['plan'],
    catValues: [['basic', 'pro', 'team'][i % 3]!],
    prediction: NaN,
    predicted: i % 2 === 0 ? 'yes' : 'no',
    scoreNames: ['yes'],
    scoreValues: [(i % 10) / 10],
    latencySeconds: i % 7 === 0 ? NaN : 0.01 * (i % 9),
    status: i % 20 === 0 ? 500 : 200,
    error: '',
    requestBytes: 100,
    responseBytes: NaN,
    segmentNames: ['country'],
    segmentValues: [i % 4 === 0 ? 'NL' : 'DE'],
    source: 'test',
    position: `p/${id}`,
    ...over,
  };
}

/** `count` rows, spread evenly over [from, to). */
function rowsOver(model: string, count: number, from: number, to: number): Inference[] {
  return Array.from({ length: count }, (_, i) =>
    row(model, `r${i}`, from + Math.floor(((to - from) * i) / count)),
  );
}

function label(model: string, id: string, time: number, labelled: string): Label {
  return { model, id, label: NaN, labelled, time, source: 'test', position: `l/${id}/${time}` };
}

/** A profile without its sums, which are equal only within rounding. */
function countsOf({ sum: _sum, sum2: _sum2, ...counts }: Profile) {
  return counts;
}

async function chdbHarness(database: Database, db: string, clock: Clocks): Promise<StoreHarness> {
  await migrate(database, { database: db, cluster: '', retention: null });
  const entries = (names: readonly string[], values: readonly unknown[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]]));
  return {
    profiles: createProfileStore(database, db),
    baselines: createBaselineStore(database, db),
    audit: createAuditStore(database, clock, db),
    addRows: rows =>
      database.insertRows(
        `${db}.inferences`,
        rows.map(r => ({
          model: r.model,
          bucket: bucketOf(r.time),
          version: r.version,
          id: r.id,
          time: r.time,
          num: entries(r.numNames, r.numValues),
          cat: entries(r.catNames, r.catValues),
          prediction: r.prediction,
          predicted: r.predicted,
          scores: entries(r.scoreNames, r.scoreValues),
          latency_seconds: r.latencySeconds,
          status: r.status,
          error: r.error,
          request_bytes: r.requestBytes,
          response_bytes: r.responseBytes,
          segment: entries(r.segmentNames, r.segmentValues),
          environment: r.environment,
          source: r.source,
          position: r.position,
        })),
      ),
    addLabels: labels =>
      database.insertRows(
        `${db}.labels`,
        labels.map(l => ({
          model: l.model,
          id: l.id,
          label: l.label,
          labelled: l.labelled,
          time: l.time,
          source: l.source,
          position: l.position,
        })),
      ),
    mark: (rows, at) =>
      database.insertRows(
        `${db}.touched`,
        rows.map(r => ({ model: r.model, environment: r.environment, bucket: bucketOf(r.time), at })),
      ),
    deleteRow: r =>
      database.command(
        `ALTER TABLE ${db}.inferences DELETE WHERE model = {model:String} AND id = {id:String} SETTINGS mutations_sync = 1`,
        {
          model: r.model,
          id: r.id,
        },
      ),
  };
}

let database: Database;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leeway-profiles-'));
  database = await openEmbedded(directory);
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

let databases = 0;
const kinds: readonly (readonly [string, (clock: Clocks) => Promise<StoreHarness>])[] = [
  ['twin', async clock => createTwin(clock)],
  ['chDB', clock => chdbHarness(database, `t${++databases}`, clock)],
];

describe.each(kinds)('profiles over %s', (kind, open) => {
  let clock: Clocks;
  let store: StoreHarness;
  let events: ReturnType<typeof createRecordedEvents>;
  const model = 'churn';
  const of = { model, environment: 'prod', baseline: 1 };

  beforeEach(async () => {
    clock = manualStoreClock();
    store = await open(clock);
    events = createRecordedEvents();
  });

  const baselines = () => createBaselines({ store: store.baselines, storeClock: clock, events });
  const profiler = (over: Partial<ProfilerDeps> = {}) =>
    createProfiler({
      profiles: store.profiles,
      baselines: store.baselines,
      storeClock: clock,
      events,
      random: () => 0.5,
      rawRetentionSeconds: retention,
      ...over,
    });
  const auditor = () =>
    createAuditor({ audit: store.audit, baselines: store.baselines, events, rawRetentionSeconds: retention });

  /** An uploaded baseline that is active from the start. */
  async function baseline(from = start): Promise<number> {
    const made = await baselines().fromRows({
      model,
      rows: rowsOver(model, 600, start, start + hour),
      note: '',
      origin: 'uploaded',
    });
    clock.at += 1;
    await baselines().activate({ model, version: '', baseline: made.baseline, from, by: 'test' });
    return made.baseline;
  }
  async function arrive(rows: readonly Inference[]): Promise<void> {
    await store.addRows(rows);
    clock.at += 10;
    await store.mark(rows, clock.at);
    clock.at += 10;
  }
  const read = (grain: 300 | 3600 | 86400, number = 1) =>
    store.profiles.readValid({ ...of, baseline: number }, { grain, from: 0, to: 4_000_000_000 });
  const pick = (rows: readonly ProfileRow[], subject: string, version = '') =>
    rows.filter(r => r.subject === subject && r.version === version && r.segment === '');
  const total = (rows: readonly ProfileRow[]): Profile => rows.reduce<Profile>(addProfiles, emptyProfile);

  it('counts every row of every closed bucket once, in buckets, hours and days alike', async () => {
    await baseline();
    const rows = rowsOver(model, 400, start, start + 2 * day);
    await arrive(rows);
    await arrive(rows.slice(0, 100)); // redelivered
    const result = await profiler().tick({ now: start + 3 * day });
    expect(result.due).toBe(0);
    const counts = new Map<number, number>();
    for (const r of rows) counts.set(bucketOf(r.time), (counts.get(bucketOf(r.time)) ?? 0) + 1);
    expect(result.profiled).toBe(counts.size);
    const fine = await read(300);
    for (const subject of [
      'feature:age',
      'feature:income',
      'feature:plan',
      'prediction',
      'score:yes',
      'latency',
      'status',
    ]) {
      expect(new Map(pick(fine, subject).map(p => [p.bucket, p.n]))).toEqual(counts);
      for (const grain of [3600, 86400] as const) {
        const coarse = await read(grain);
        const exact = countsOf(total(pick(coarse, subject)));
        expect(exact).toEqual(countsOf(total(pick(fine, subject))));
        const split = [...pick(coarse, subject, '1'), ...pick(coarse, subject, '2')];
        expect(countsOf(total(split))).toEqual(exact);
        expect(total(split).sum).toBeCloseTo(total(pick(fine, subject)).sum, 6);
      }
    }
    expect(pick(await read(86400), 'feature:age').map(p => p.bucket)).toEqual([
      start / 1000,
      (start + day) / 1000,
    ]);
    const income = total(pick(fine, 'feature:income'));
    expect(income.nNan).toBe(rows.filter(r => Number.isNaN(r.numValues[1])).length);
    const latency = total(pick(fine, 'latency'));
    expect(latency.nMissing).toBe(rows.filter(r => Number.isNaN(r.latencySeconds)).length);
    const status = total(pick(fine, 'status'));
    expect(status.counts).toEqual([
      rows.filter(r => r.status === 200).length,
      rows.filter(r => r.status === 500).length,
    ]);
    const runs = await store.profiles.readRuns(of, 300);
    expect(new Map(runs.map(run => [run.bucket, run.rows]))).toEqual(counts);
    if (kind === 'twin') expect(runs.reduce((sum, run) => sum + run.duplicates, 0)).toBe(100);
    const audited = await auditor().run({ now: start + 3 * day, period: 'all' });
    expect(audited).toEqual({ buckets: counts.size, mismatches: 0 });
  });

  it('keeps values beyond the range in sub-bins with their sums, in buckets, hours and days alike', async () => {
    await baseline();
    const { binning } = (await store.baselines.read(model, 1))!.subjects.find(
      s => s.binning.subject === 'feature:income',
    )!;
    const [low, high] = [binning.edges[0]!, binning.edges.at(-1)!];
    // The first two share a sub-bin and add up to nothing: a sum of zero must not be lost.
    const beyond = [-1, 1, -40, high + 5, high + 7, 5000, 5000.25, 1e300, -1e300];
    const rows = beyond.flatMap((x, i) => [
      row(model, `a${i}`, start + i * 1_200_000, { numValues: [1, x] }),
      row(model, `b${i}`, start + i * 7_200_000, { numValues: [1, 300] }),
      row(model, `c${i}`, start + day, { numValues: [1, x / 2] }),
    ]);
    await arrive(rows);
    await profiler().tick({ now: start + 3 * day });
    const values = rows.map(r => r.numValues[1]!).filter(x => x < low || x > high);
    const tails = createTailBins(binning.edges)!;
    const sums = new Map<number, number[]>();
    for (const x of values) sums.set(tailBinOf(tails, x), [...(sums.get(tailBinOf(tails, x)) ?? []), x]);
    const bins = [...sums.keys()].sort((a, b) => a - b);
    for (const grain of [300, 3600, 86400] as const) {
      const all = total(pick(await read(grain), 'feature:income'));
      expect(all.bins.filter(bin => bin > binning.edges.length)).toEqual(bins);
      expect(all.counts.slice(-bins.length)).toEqual(bins.map(bin => sums.get(bin)!.length));
      for (const [i, bin] of bins.entries()) {
        const exact = sums.get(bin)!.reduce((a, b) => a + b, 0);
        expect(Math.abs(all.tailSums[i]! - exact)).toBeLessThanOrEqual(1e-12 * Math.abs(exact));
      }
      expect(total(pick(await read(grain), 'feature:age')).tailSums).toEqual([]);
    }
    const zero = pick(await read(3600), 'feature:income').find(p => p.bucket === start / 1000)!;
    expect(
      zero.tailSums[zero.bins.indexOf(tailBinOf(tails, -1)) - zero.bins.length + zero.tailSums.length],
    ).toBe(0);
  });

  it('gives a baseline back as it was cut', async () => {
    const number = await baseline();
    const { subjects } = (await store.baselines.read(model, number))!;
    const blocks = [
      blockOfRows(rowsOver(model, 600, start, start + hour).map(r => ({ inference: r, label: null }))),
    ];
    const cut = cutSubjects(blocks).subjects;
    expect(subjects).toEqual(cut);
    const income = subjects.find(s => s.binning.subject === 'feature:income')!.binning;
    expect(income.centres.length).toBe(income.edges.length - 1);
    const latency = subjects.find(s => s.binning.subject === 'latency')!.binning;
    expect(latency.centres).toEqual(Array.from({ length: 9 }, (_, i) => 0.01 * i));
  });

  it('reads a bucket in slices with the same result as in one', async () => {
    await baseline();
    await arrive(rowsOver(model, 400, start, start + 300_000));
    const stream = { model, environment: 'prod' };
    const sizes = [];
    for (let slice = 0; slice < 8; slice++)
      for (const block of await store.profiles.readRows(stream, {
        buckets: [start / 1000],
        slice,
        slices: 8,
      }))
        sizes.push(block.rows);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(400);
    expect(sizes.length).toBe(8);
    await profiler().tick({ now: start + hour });
    const whole = await read(300);
    clock.at += hour;
    await store.mark(rowsOver(model, 1, start, start + 1), clock.at);
    await profiler({ groupRows: 10 }).tick({ now: start + hour });
    const again = await read(300);
    expect(again.map(p => ({ ...p, generation: 0 }))).toEqual(whole.map(p => ({ ...p, generation: 0 })));
    expect(again[0]!.generation).toBeGreaterThan(whole[0]!.generation);
  });

  it('is due when touched at the very millisecond its last run started, and only then or later', async () => {
    await baseline();
    const rows = rowsOver(model, 5, start, start + 1000);
    await arrive(rows);
    expect((await profiler().tick({ now: start + hour })).profiled).toBe(1);
    const [run] = await store.profiles.readRuns(of, 300);
    await store.mark(rows, run!.started - 1);
    expect((await profiler().tick({ now: start + hour })).profiled).toBe(0);
    await store.mark(rows, run!.started);
    clock.at += 1000;
    expect((await profiler().tick({ now: start + hour })).profiled).toBe(1);
    expect((await profiler().tick({ now: start + hour })).profiled).toBe(0);
  });

  it('leaves open buckets and unfinished hours alone', async () => {
    await baseline();
    await arrive([row(model, 'a1', start + 10), row(model, 'a2', start + 300_010)]);
    expect((await profiler().tick({ now: start + 299_999 })).profiled).toBe(0);
    expect(await profiler().tick({ now: start + 300_000 })).toEqual({ profiled: 1, due: 0 });
    expect(pick(await read(3600), 'status')).toEqual([]);
    expect((await profiler().tick({ now: start + hour })).profiled).toBe(1);
    expect(pick(await read(3600), 'status').map(p => p.n)).toEqual([2]);
    expect(pick(await read(86400), 'status')).toEqual([]);
  });

  it('never shows a generation that was not recorded', async () => {
    await baseline();
    const rows = rowsOver(model, 30, start, start + hour);
    await arrive(rows);
    const crash = profiler({
      failpoint: name => {
        if (name === 'profile-half-written') throw new Error('killed');
      },
    });
    await expect(crash.tick({ now: start + day })).rejects.toThrow('killed');
    expect(await read(300)).toEqual([]);
    clock.at += 5;
    await profiler().tick({ now: start + day });
    expect(total(pick(await read(300), 'feature:age')).n).toBe(30);
    expect(total(pick(await read(86400), 'feature:age')).n).toBe(30);
    // Later: a crash while a bucket is made again must leave the earlier generation in sight.
    const before = await read(300);
    clock.at += hour;
    await arrive([row(model, 'late1', start)]);
    await expect(crash.tick({ now: start + day })).rejects.toThrow('killed');
    expect(await read(300)).toEqual(before);
    expect(await store.profiles.sweep()).toBeGreaterThan(0);
    expect(await read(300)).toEqual(before);
  });

  it('makes hours and days when the process ended between the run and them', async () => {
    await baseline();
    await arrive(rowsOver(model, 30, start, start + hour));
    const crash = profiler({
      failpoint: name => {
        if (name === 'run-recorded') throw new Error('killed');
      },
    });
    await expect(crash.tick({ now: start + day })).rejects.toThrow('killed');
    expect(pick(await read(3600), 'status')).toEqual([]);
    expect((await profiler().tick({ now: start + day })).profiled).toBe(0);
    expect(total(pick(await read(3600), 'status')).n).toBe(30);
    expect(total(pick(await read(86400), 'status')).n).toBe(30);
  });

  it('stays right when two replicas profile the same buckets at once', async () => {
    await baseline();
    const rows = rowsOver(model, 200, start, start + 3 * hour);
    await arrive(rows);
    const two = [profiler({ random: () => 0.1 }), profiler({ random: () => 0.9 })];
    await Promise.all(two.map(one => one.tick({ now: start + day })));
    for (const grain of [300, 3600, 86400] as const)
      expect(total(pick(await read(grain), 'feature:age')).n).toBe(200);
    expect((await auditor().run({ now: start + day, period: 'all' })).mismatches).toBe(0);
    await store.profiles.sweep();
    for (const grain of [300, 3600, 86400] as const)
      expect(total(pick(await read(grain), 'feature:age')).n).toBe(200);
  });

  it('profiles bucket, hour and day again for a late row, and the old ones at most every ten minutes', async () => {
    await baseline();
    const now = start + 2 * day;
    await arrive(rowsOver(model, 50, start, start + hour));
    await profiler().tick({ now });
    await arrive([row(model, 'late1', start + 5)]);
    expect((await profiler().tick({ now })).profiled).toBe(0); // profiled a moment ago: waits
    clock.at += 600_000;
    expect((await profiler().tick({ now })).profiled).toBe(1);
    for (const grain of [300, 3600, 86400] as const)
      expect(total(pick(await read(grain), 'feature:age')).n).toBe(51);
    await store.profiles.sweep();
    for (const grain of [300, 3600, 86400] as const)
      expect(total(pick(await read(grain), 'feature:age')).n).toBe(51);
    // A bucket of the current hour does not wait.
    const fresh = row(model, 'fresh1', now - 400_000);
    await arrive([fresh]);
    await profiler().tick({ now });
    await arrive([row(model, 'fresh2', now - 400_000)]);
    expect((await profiler().tick({ now })).profiled).toBe(1);
  });

  it('does not touch sealed buckets', async () => {
    await baseline();
    await arrive(rowsOver(model, 10, start, start + 1000));
    const sealedAt = start + retention * 1000;
    expect((await profiler().tick({ now: sealedAt + 1 })).profiled).toBe(0);
    expect((await profiler().tick({ now: sealedAt })).profiled).toBe(1);
    expect((await auditor().run({ now: sealedAt + 600_000, period: 'all' })).buckets).toBe(0);
  });

  it('profiles labels in the bucket of their inference, when they come late too', async () => {
    const labelledRows = rowsOver(model, 600, start, start + hour).map((inference, i) => ({
      inference,
      label: label(model, inference.id, start, i % 2 ? 'yes' : 'no'),
    }));
    const made = await baselines().fromRows({ model, rows: labelledRows, note: '', origin: 'uploaded' });
    expect(made.subjects.find(s => s.binning.subject === 'label')?.reference.n).toBe(600);
    await baselines().activate({ model, version: '', baseline: 1, from: start, by: 'test' });
    const rows = rowsOver(model, 20, start, start + 300_000);
    await arrive(rows);
    await store.addLabels([label(model, 'r3', start, 'yes'), label('other', 'r4', start, 'yes')]);
    await profiler().tick({ now: start + 600_000 });
    expect(pick(await read(300), 'label').map(p => [p.n, p.counts])).toEqual([[1, [1]]]);
    await store.addLabels([
      label(model, 'r5', start, 'no'),
      label(model, 'r3', start + 5000, 'no'),
      label(model, 'r6', start, 'maybe'),
    ]);
    await store.mark(rows.slice(0, 1), (clock.at += 10));
    expect((await profiler().tick({ now: start + 600_000 })).profiled).toBe(1);
    const [profile] = pick(await read(300), 'label');
    const bins = made.subjects.find(s => s.binning.subject === 'label')!.binning.categories;
    expect(profile).toMatchObject({ n: 3, nMissing: 0, bins: [bins.indexOf('no'), 2], counts: [2, 1] });
  });

  it('names unseen categories of five rows or more in hours and days', async () => {
    await baseline();
    const rows = rowsOver(model, 40, start, start + hour).map((r, i) =>
      i < 7 ? { ...r, catValues: ["new 'plan'\n\\"] } : i < 10 ? { ...r, catValues: ['rare'] } : r,
    );
    await arrive(rows.map((r, i) => (i >= 30 ? { ...r, predicted: 'perhaps' } : r)));
    await profiler().tick({ now: start + day });
    for (const grain of [3600, 86400] as const) {
      const profiles = await read(grain);
      expect(pick(profiles, 'feature:plan')[0]!.extra).toEqual({ "new 'plan'\n\\": 7 });
      expect(pick(profiles, 'prediction')[0]!.extra).toEqual({ perhaps: 10 });
      expect(pick(profiles, 'feature:plan', '1')[0]!.extra).toEqual({});
    }
    expect(pick(await read(3600), 'feature:plan')[0]).toMatchObject({ n: 40, bins: [0, 1, 2, 3] });
  });

  it('counts type mismatches, missing values and features that vanished', async () => {
    await baseline();
    await arrive([
      row(model, 'm1', start, {
        numNames: ['income', 'plan'],
        numValues: [5, 3],
        catNames: ['age'],
        catValues: ['old'],
      }),
      row(model, 'm2', start, {
        numNames: [],
        numValues: [],
        catNames: [],
        catValues: [],
        predicted: '',
        prediction: 4,
      }),
    ]);
    await profiler().tick({ now: start + hour });
    const profiles = await read(300);
    expect(pick(profiles, 'feature:age')[0]).toMatchObject({ n: 2, nMismatch: 1, nMissing: 1, bins: [] });
    expect(pick(profiles, 'feature:plan')[0]).toMatchObject({ n: 2, nMismatch: 1, nMissing: 1, bins: [] });
    expect(pick(profiles, 'prediction')[0]).toMatchObject({ n: 2, nMismatch: 1, nMissing: 0 });
  });

  it('profiles declared segments besides', async () => {
    await baseline();
    const rows = rowsOver(model, 100, start, start + hour);
    await arrive(rows);
    await profiler({ segments: ['country=NL', 'country=XX'] }).tick({ now: start + day });
    const day1 = (await read(86400)).filter(p => p.subject === 'status');
    expect(day1.map(p => [p.version, p.segment, p.n])).toEqual([
      ['', '', 100],
      ['', 'country=NL', rows.filter(r => r.segmentValues[0] === 'NL').length],
      ['1', '', rows.filter(r => r.version === '1').length],
      ['2', '', rows.filter(r => r.version === '2').length],
    ]);
  });

  it('finds a deleted row and a row that nobody marked, and heals them', async () => {
    await baseline();
    const rows = rowsOver(model, 60, start, start + hour);
    await arrive(rows);
    const now = start + hour;
    await profiler().tick({ now });
    expect((await auditor().run({ now, period: 'day' })).mismatches).toBe(0);
    await store.deleteRow(rows[7]!);
    await store.addRows([row(model, 'extra1', start + 50 * 60_000), row(model, 'extra2', start - 2 * day)]);
    clock.at += 700_000;
    expect((await auditor().run({ now, period: 'day' })).mismatches).toBe(2);
    expect((await auditor().run({ now, period: 'day' })).mismatches).toBe(0); // marked: due, not differing
    expect((await auditor().run({ now, period: 'all' })).mismatches).toBe(1); // the one before the day
    expect(events.seen.filter(e => e.name === 'auditFinished').map(e => e.event)).toContainEqual(
      expect.objectContaining({ mismatches: 2 }),
    );
    expect((await profiler().tick({ now })).profiled).toBe(3);
    expect((await auditor().run({ now, period: 'all' })).mismatches).toBe(0);
    expect(total(pick(await read(300), 'status')).n).toBe(61);
  });

  it('keeps counting the same row once when its content was corrected, and reports the reused id', async () => {
    await baseline();
    const rows = rowsOver(model, 10, start, start + 1000);
    await arrive(rows);
    await arrive([{ ...rows[0]!, numValues: [49, 2] }, rows[1]!]);
    await profiler().tick({ now: start + hour });
    const [run] = await store.profiles.readRuns(of, 300);
    expect(run).toMatchObject({ rows: 10, duplicates: 2, reused: 1 });
  });

  it('makes everything kept again for a new baseline, newest first, and stops at its share', async () => {
    await baseline();
    const rows = rowsOver(model, 480, start, start + 2 * day);
    await arrive(rows);
    const now = start + 2 * day;
    await profiler().tick({ now });
    const buckets = new Set(rows.map(r => bucketOf(r.time)));
    clock.at += 1000;
    expect(await baseline(now)).toBe(2);
    const first = await profiler({ tickRows: 100, groupBuckets: 50 }).tick({ now });
    expect(first.profiled).toBeLessThan(buckets.size);
    expect(first.due).toBe(buckets.size - first.profiled);
    const done = (await store.profiles.readRuns({ ...of, baseline: 2 }, 300)).map(run => run.bucket);
    expect(done).toEqual([...buckets].sort((a, b) => a - b).slice(-first.profiled));
    let left = first.due;
    while (left > 0) left = (await profiler({ tickRows: 100, groupBuckets: 50 }).tick({ now })).due;
    for (const grain of [300, 3600, 86400] as const)
      expect(total(pick(await read(grain, 2), 'status')).n).toBe(480);
    // A late row in an old window's reach is profiled for both baselines; new traffic only for the new one.
    clock.at += 700_000;
    await arrive([row(model, 'late1', start + 3), row(model, 'next1', now + 10)]);
    await profiler().tick({ now: now + hour });
    expect(total(pick(await read(300, 1), 'status')).n).toBe(481);
    expect(total(pick(await read(300, 2), 'status')).n).toBe(482);
  });

  it('keeps streams apart and goes on when one fails', async () => {
    await baseline();
    await arrive([row(model, 'a1', start), row(model, 'a2', start, { environment: 'test' })]);
    await arrive([row('aaa', 'b1', start)]);
    const broken = {
      ...store.baselines,
      activations: async (name: string) => {
        if (name === 'aaa') throw new Error('aaa is broken');
        return store.baselines.activations(name);
      },
    };
    await expect(profiler({ baselines: broken }).tick({ now: start + hour })).rejects.toThrow(
      'aaa is broken',
    );
    expect(pick(await read(300), 'status').map(p => p.n)).toEqual([1]);
    const other = await store.profiles.readValid(
      { ...of, environment: 'test' },
      { grain: 300, from: 0, to: 4_000_000_000 },
    );
    expect(pick(other, 'status').map(p => p.n)).toEqual([1]);
  });

  it('learns a baseline by the rule, activates it at the end of its period, and finishes what a crash left', async () => {
    const rows = rowsOver(model, 6000, start, start + 26 * hour);
    await arrive(rows.slice(0, 5000));
    const early = await baselines().learn(model, 'prod', start + 40 * day);
    expect(early).toMatchObject({ state: 'learning', rows: 5000 });
    await arrive(rows.slice(5000));
    const broken = { ...store.baselines, activate: async () => Promise.reject(new Error('killed')) };
    await expect(
      createBaselines({ store: broken, storeClock: clock, events }).learn(model, 'prod', start + 2 * day),
    ).rejects.toThrow('killed');
    expect(await baselines().active(model, '', start + 9 * day)).toBe(null);
    expect(await baselines().learn(model, 'prod', start + 2 * day)).toEqual({ state: 'ready', baseline: 1 });
    expect(await baselines().active(model, '7', start + 24 * hour)).toBe(1);
    expect(await baselines().active(model, '', start + 24 * hour - 1)).toBe(null);
    const stored = await store.baselines.read(model, 1);
    const inDay = rows.filter(r => r.time < start + day);
    expect(stored).toMatchObject({ origin: 'learned', rows: inDay.length, from: start, to: start + day });
    // The same rows uploaded in another order give the same baseline: binnings and counts.
    const uploaded = await baselines().fromRows({
      model,
      rows: inDay.slice().reverse(),
      note: 'again',
      origin: 'uploaded',
    });
    expect(uploaded.baseline).toBe(2);
    for (const [i, subject] of uploaded.subjects.entries()) {
      const other = stored!.subjects[i]!;
      expect(subject.binning).toEqual(other.binning);
      expect(subject.aside).toBe(other.aside);
      expect(countsOf(subject.reference)).toEqual(countsOf(other.reference));
      expect(subject.reference.sum).toBeCloseTo(other.reference.sum, 3);
    }
    expect((await baselines().list(model)).map(b => [b.baseline, b.origin])).toEqual([
      [1, 'learned'],
      [2, 'uploaded'],
    ]);
  });

  it('cuts a baseline from a range and a version, as a sample when there is too much', async () => {
    const rows = rowsOver(model, 3000, start, start + 10 * hour);
    await arrive(rows);
    const range = { model, environment: 'prod', from: start, to: start + 10 * hour };
    const whole = await baselines().fromRange({ ...range, version: '2', note: 'by hand' });
    expect(whole).toMatchObject({
      baseline: 1,
      origin: 'range',
      rows: 1000,
      note: 'by hand',
      from: start,
      to: start + 10 * hour,
    });
    await expect(baselines().fromRange({ ...range, to: start + hour })).rejects.toThrow(
      /at least 500 rows, and there are 300/,
    );
    await expect(
      baselines().activate({ model, version: '', baseline: 9, from: start, by: 'x' }),
    ).rejects.toThrow(/no baseline 9/);
    expect((await store.baselines.read(model, 1))!.subjects).toEqual(whole.subjects);
    expect(await store.baselines.read(model, 2)).toBe(null);
  });
});

describe('createModelStore', () => {
  it('lists models, environments and versions with their rows', async () => {
    const clock = manualStoreClock();
    const db = `t${++databases}`;
    const store = await chdbHarness(database, db, clock);
    const rows = [
      row('b', 'x1', start),
      row('b', 'x2', start + day),
      row('b', 'x3', start),
      row('a', 'y1', start),
    ];
    await store.addRows(rows);
    await store.mark(rows, clock.at);
    const models = createModelStore(database, db);
    expect(await models.names()).toEqual(['a', 'b']);
    const at = { environment: 'prod', firstBucket: start / 1000 };
    expect(await models.list()).toEqual([
      { ...at, model: 'a', version: '1', lastBucket: start / 1000, rows: 1 },
      { ...at, model: 'b', version: '1', lastBucket: (start + day) / 1000, rows: 2 },
      { ...at, model: 'b', version: '2', lastBucket: start / 1000, rows: 1 },
    ]);
    expect((await models.list('a')).length).toBe(1);
    await store.addRows([{ ...row('b', 'x4', start + day + 61_500), environment: 'test' }]);
    const newest = [
      { model: 'b', environment: 'prod', bucket: start / 1000 },
      { model: 'b', environment: 'test', bucket: (start + day) / 1000 },
      { model: 'none', environment: 'prod', bucket: start / 1000 },
    ];
    expect((await lastRows({ database, db }, newest)).sort((x, y) => x.last - y.last)).toEqual([
      { model: 'b', environment: 'prod', last: start },
      { model: 'b', environment: 'test', last: start + day + 61_500 },
    ]);
  });

  it('counts a row once however often it came, and sees what comes and what goes', async () => {
    const clock = manualStoreClock();
    const db = `t${++databases}`;
    const store = await chdbHarness(database, db, clock);
    // Merged copies would be one row without being counted so.
    await database.command(`SYSTEM STOP MERGES ${db}.inferences`);
    const rows = [row('a', 'x1', start), row('a', 'x2', start), row('a', 'x4', start + day)];
    const models = createModelStore(database, db);
    const counts = async () => (await models.list()).map(({ rows: count }) => count);
    expect(await counts()).toEqual([]);
    await store.addRows(rows);
    expect(await counts()).toEqual([3]);
    await store.addRows(rows);
    await store.addRows(rows.slice(0, 1));
    expect(await database.rows(`SELECT count() AS n FROM ${db}.inferences`)).toEqual([{ n: '7' }]);
    expect(await counts()).toEqual([3]);
    await store.addRows([row('a', 'x5', start + day)]);
    expect(await counts()).toEqual([4]);
    await database.command(`SYSTEM START MERGES ${db}.inferences`);
    await database.command(`DELETE FROM ${db}.inferences WHERE id = 'x1'`);
    expect(await counts()).toEqual([3]);
    await database.command(`ALTER TABLE ${db}.inferences DROP PARTITION 20260106`);
    expect(await models.list()).toMatchObject([{ rows: 1, lastBucket: start / 1000 }]);
  });
});

describe('the stored row of a profile', () => {
  const of = { model: 'wide', environment: 'prod', baseline: 1 };
  const place = { ...of, version: '', segment: '', subject: 'feature:x', extra: {} };

  it('comes back bit for bit and stays within 16 KB at 1,024 bins and every sub-bin', async () => {
    const db = `t${++databases}`;
    await migrate(database, { database: db, cluster: '', retention: null });
    const profiles = createProfileStore(database, db);
    const bins = Array.from({ length: 1024 + 128 }, (_, i) => (i < 1024 ? i + 1 : i + 2));
    const special = [
      5e-324,
      -5e-324,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      0.1,
      2 ** -1022,
      -1e-310,
      1 + 2 ** -52,
    ];
    const profile: Profile = {
      n: 1152 * 4_000_000_000 + 6,
      nMissing: 1,
      nNan: 2,
      nMismatch: 3,
      sum: 1 / 3,
      sum2: 1e300,
      bins,
      counts: bins.map((_, i) => 4_000_000_000 + i),
      tailSums: Array.from({ length: 128 }, (_, i) => special[i % 8]! * (i < 8 ? 1 : 1 / (i + 1))),
    };
    await profiles.writeProfiles([{ ...place, ...profile, grain: 3600, bucket: 3600, generation: 1n }]);
    await profiles.recordRuns([runOf(1n)]);
    const [found] = await profiles.readValid(of, { grain: 3600, from: 0, to: 7200 });
    expect(found).toEqual({ ...place, ...profile, grain: 3600, bucket: 3600, generation: 1n });
    const [size] = await database.rows<{ bytes: string }>(
      `SELECT sum(byteSize(*)) AS bytes FROM ${db}.profiles WHERE model = 'wide'`,
    );
    expect(Number(size!.bytes)).toBeLessThanOrEqual(16_384);
    expect(Number(size!.bytes)).toBeGreaterThan(1152 * 6 + 128 * 8);
  });

  it('written before there were sub-bins is read and added up as it is', async () => {
    const db = `t${++databases}`;
    await migrate(database, { database: db, cluster: '', retention: null });
    const profiles = createProfileStore(database, db);
    const old = { model: 'wide', environment: 'prod', baseline: 1, grain: 300, version: '', segment: '' };
    await database.insertRows(`${db}.profiles`, [
      {
        ...old,
        bucket: 3600,
        generation: 1,
        subject: 'feature:x',
        n: 5,
        sum: 9,
        bins: [0, 1, 4],
        counts: [1, 3, 1],
      },
    ]);
    const fresh: Profile = { ...emptyProfile, n: 2, sum: 60, bins: [1, 80], counts: [1, 1], tailSums: [58] };
    await profiles.writeProfiles([{ ...place, ...fresh, grain: 300, bucket: 3900, generation: 1n }]);
    await profiles.recordRuns([3600, 3900].map(bucket => ({ ...runOf(1n), grain: 300 as const, bucket })));
    await profiles.addUp(of, { grain: 3600, buckets: [3600], generation: 2n, extra: [] });
    await profiles.recordRuns([runOf(2n)]);
    const [before] = await profiles.readValid(of, { grain: 300, from: 3600, to: 3900 });
    expect(before).toMatchObject({ bins: [0, 1, 4], counts: [1, 3, 1], tailSums: [] });
    const [sum] = await profiles.readValid(of, { grain: 3600, from: 0, to: 7200 });
    expect(sum).toMatchObject({ n: 7, sum: 69, bins: [0, 1, 4, 80], counts: [1, 4, 1, 1], tailSums: [58] });
  });

  function runOf(generation: bigint): ProfileRun {
    const counted = { rows: 1, keySum: '0', duplicates: 0, reused: 0 };
    return { ...of, grain: 3600, bucket: 3600, generation, started: 1, ...counted };
  }
});
