import { describe, expect, test } from 'vitest';
import { createMemoryNoise } from '../../test/twins/noise.ts';
import { createMemoryPerformance } from '../../test/twins/performance.ts';
import {
  baselineOf,
  categoricalBinning,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../test/twins/samples.ts';
import { createMemoryFindings, createMemoryWindows } from '../../test/twins/windows.ts';
import type { Activation, Baseline } from '../domain/baseline.ts';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { Profile, ProfileRow, ProfileRun } from '../domain/profile.ts';
import { createManualClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import { createDetector, type DetectorDeps } from './detector.ts';

const base = 2976 * 604_800;
const hour = (i: number) => base + i * 3600;
const environment = 'prod';
const perHour = 1000;

const even = (each: number) => profileFrom([0, ...Array.from({ length: 10 }, () => each), 0]);
const moved = (each: number) =>
  profileFrom([0, 0, 0, 0, 0, 0, ...Array.from({ length: 5 }, () => 2 * each), 0]);
const plans = categoricalBinning('feature:plan', 'free', 'pro');

function baselineFor(model: string, part: Partial<Baseline> = {}): Baseline {
  return baselineOf(
    [subjectOf(numericBinning('feature:age'), even(1000)), subjectOf(plans, profileFrom([6000, 4000]))],
    { model, ...part },
  );
}

/** A store in memory with what the other stages write, an hour at a time. */
function createWorld() {
  const windows = createMemoryWindows();
  const findings = createMemoryFindings();
  const events = createRecordedEvents();
  const baselines = new Map<string, Baseline[]>();
  const activations: Activation[] = [];
  let generation = 1n;
  const deps: DetectorDeps = {
    windows,
    findings,
    noise: createMemoryNoise(),
    baselines: {
      activations: async model => activations.filter(a => a.model === model),
      read: async (model, number) => baselines.get(model)?.find(b => b.baseline === number) ?? null,
      active: async (model, version, at) => {
        const last = activations
          .filter(a => a.model === model && a.version === version && a.from <= at)
          .sort((a, b) => a.from - b.from)
          .at(-1);
        return baselines.get(model)?.find(b => b.baseline === last?.baseline) ?? null;
      },
    },
    events,
    clock: createManualClock(0),
    budget: 1,
  };
  const activate = (baseline: Baseline, from: number) => {
    baselines.set(baseline.model, [...(baselines.get(baseline.model) ?? []), baseline]);
    activations.push({
      model: baseline.model,
      version: '',
      baseline: baseline.baseline,
      from: from * 1000,
      at: 0,
      by: 'test',
    });
  };
  /** Marks, profiles and records one hour, in one bucket. */
  const addHour = async (
    model: string,
    i: number,
    subjects: Readonly<Record<string, Profile>>,
    baseline = 1,
  ) => {
    generation += 1n;
    const place = { model, environment, baseline, generation } as const;
    const run = (grain: 300 | 3600): ProfileRun => ({
      ...place,
      grain,
      bucket: hour(i),
      started: Number(generation),
      keySum: '0',
      duplicates: 0,
      reused: 0,
      rows: Math.max(...Object.values(subjects).map(p => p.n)),
    });
    const row = ([subject, profile]: [string, Profile]): ProfileRow => ({
      ...place,
      grain: 3600,
      bucket: hour(i),
      version: '',
      segment: '',
      subject,
      extra: {},
      ...profile,
    });
    await windows.touch(model, environment, hour(i));
    await windows.profile(...Object.entries(subjects).map(row));
    await windows.record(run(300), run(3600));
  };
  const tick = (
    i: number,
    part: Partial<{ readUpTo: number; cap: number }> = {},
    over: Partial<DetectorDeps> = {},
  ) => {
    const now = (hour(i) + 700) * 1000;
    return createDetector({ ...deps, ...over }).tick({ now, readUpTo: now, cap: 1e6, ...part });
  };
  return { windows, findings, events, deps, activate, addHour, tick };
}

const quiet = { 'feature:age': even(perHour / 10), 'feature:plan': profileFrom([600, 400]) };
const changed = { ...quiet, 'feature:age': moved(perHour / 10) };

const ofLength = (judged: readonly JudgedWindow[], seconds: number) =>
  judged.filter(w => w.windowSeconds === seconds);
const pick = (window: JudgedWindow, check: string, subject = ''): Finding =>
  window.findings.find(f => f.check === check && f.subject === subject)!;

describe('a stream', () => {
  test('stays quiet, then catches the change and names the feature', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 30; i++) await world.addHour('churn', i, i < 20 ? quiet : changed);
    const judged = await world.tick(30);
    const drifted = judged.flatMap(w => w.findings).filter(f => f.verdict === 'drift');
    expect(new Set(drifted.map(f => `${f.check} ${f.subject}`))).toEqual(new Set(['drift feature:age']));
    expect(ofLength(judged, 3600)).toHaveLength(30);
    for (const window of ofLength(judged, 3600)) {
      const finding = pick(window, 'drift', 'feature:age');
      expect(finding.verdict).toBe(window.windowStart < hour(20) ? 'stable' : 'drift');
      expect(finding.n).toBe(perHour);
    }
    const six = ofLength(judged, 21_600).find(w => w.windowStart === hour(19))!;
    expect(pick(six, 'drift', 'feature:age').n).toBe(6 * perHour);
    expect(pick(six, 'volume').n).toBe(6 * perHour);
    expect(pick(six, 'drift', 'feature:age').effect).toBeCloseTo((5 / 6) * 0.5, 2);
  });

  test('windows come in order of end, stored and announced as they are returned', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 26; i++) await world.addHour('churn', i, quiet);
    const judged = await world.tick(26);
    const ends = judged.map(w => w.windowStart + w.windowSeconds);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(world.findings.all()).toHaveLength(judged.flatMap(w => w.findings).length);
    const announced = world.events.seen.filter(e => e.name === 'windowJudged').map(e => e.event);
    expect(announced).toEqual(judged);
    expect(world.events.seen.at(-1)).toMatchObject({
      name: 'jobFinished',
      event: { outcome: 'done', model: 'churn' },
    });
  });

  test('a second tick has nothing to do, and judging afresh writes the same findings', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 9; i++) await world.addHour('churn', i, quiet);
    const judged = await world.tick(9);
    expect(judged.length).toBeGreaterThan(0);
    expect(await world.tick(9)).toEqual([]);
    const again = createMemoryFindings();
    expect(await world.tick(9, {}, { findings: again })).toEqual(judged);
    expect(again.all()).toEqual(world.findings.all());
  });

  test('a cap and many ticks come to the same findings as one', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 12; i++) await world.addHour('churn', i, i < 6 ? quiet : changed);
    const pieces: JudgedWindow[] = [];
    for (
      let some = await world.tick(12, { cap: 5 });
      some.length > 0;
      some = await world.tick(12, { cap: 5 })
    ) {
      expect(some.length).toBeLessThanOrEqual(5);
      pieces.push(...some);
    }
    expect(await world.tick(12, {}, { findings: createMemoryFindings() })).toEqual(pieces);
  });

  test('late rows: the windows that hold them are judged again, at the newer generation', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 8; i++) await world.addHour('churn', i, quiet);
    const before = await world.tick(8);
    await world.addHour('churn', 4, { ...quiet, 'feature:age': moved(200) });
    const after = await world.tick(8);
    expect(after.length).toBeGreaterThan(1);
    for (const window of after) {
      expect(window.windowStart).toBeLessThanOrEqual(hour(4));
      expect(window.windowStart + window.windowSeconds).toBeGreaterThan(hour(4));
      const same = before.find(
        w => w.windowStart === window.windowStart && w.windowSeconds === window.windowSeconds,
      )!;
      expect(window.generation).toBeGreaterThan(same.generation);
    }
    const hourFour = world.findings.all().filter(f => f.windowStart === hour(4) && f.windowSeconds === 3600);
    expect(hourFour.find(f => f.subject === 'feature:age' && f.check === 'drift')!.verdict).toBe('drift');
  });

  test('a day is read whole only when it says what its hours say', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 24; i++) await world.addHour('churn', i, quiet);
    const asked: string[] = [];
    const spied: DetectorDeps['windows'] = {
      ...world.windows,
      tiles: (of, request) => {
        asked.push(...request.tiles.filter(t => t.grain === 86_400).map(t => String(t.bucket)));
        return world.windows.tiles(of, request);
      },
    };
    const day = async (started: number) => {
      const place = {
        model: 'churn',
        environment,
        baseline: 1,
        grain: 86_400,
        bucket: base,
        generation: BigInt(started),
      } as const;
      const sum = Array.from({ length: 24 }).reduce<Profile>(
        s => addProfiles(s, quiet['feature:age']),
        emptyProfile,
      );
      await world.windows.profile({
        ...place,
        version: '',
        segment: '',
        subject: 'feature:age',
        extra: {},
        ...sum,
      });
      await world.windows.record({ ...place, started, rows: 24_000, keySum: '0', duplicates: 0, reused: 0 });
    };
    await day(3);
    const hourly = await world.tick(24, {}, { windows: spied, findings: createMemoryFindings() });
    expect(asked).toEqual([]);
    await day(1_000_000);
    const daily = await world.tick(24, {}, { windows: spied, findings: createMemoryFindings() });
    expect(asked).toContain(String(base));
    const whole = (judged: readonly JudgedWindow[]) =>
      pick(ofLength(judged, 86_400).at(-1)!, 'drift', 'feature:age');
    expect(whole(daily)).toEqual(whole(hourly));
  });
});

describe('what cannot be judged says why', () => {
  test('before a baseline: learning, then judged when one is active', async () => {
    const world = createWorld();
    await world.windows.touch('churn', environment, base);
    const early = await world.tick(3);
    expect(early).toHaveLength(6);
    for (const window of early) {
      expect(pick(window, 'volume')).toMatchObject({
        verdict: 'learning',
        calibration: 'learning',
        baseline: 0,
      });
      expect(window.generation).toBe(0n);
    }
    expect(await world.tick(3)).toEqual([]);
    world.activate(baselineFor('churn'), hour(2));
    for (let i = 0; i < 3; i++) await world.addHour('churn', i, quiet);
    const again = ofLength(await world.tick(3), 3600);
    expect(again.map(w => w.windowStart)).toEqual([hour(1), hour(2)]);
    expect(pick(again[1]!, 'drift', 'feature:age').verdict).toBe('stable');
  });

  test('windows over the period the baseline was cut from are computed and learning', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn', { from: base * 1000, to: hour(4) * 1000 }), hour(4));
    for (let i = 0; i < 6; i++) await world.addHour('churn', i, changed);
    const judged = await world.tick(6);
    const hours = ofLength(judged, 3600).map(w => w.findings.find(f => f.subject === 'feature:age')?.verdict);
    expect(hours).toEqual([undefined, undefined, undefined, 'learning', 'drift', 'drift']);
    const learning = pick(ofLength(judged, 3600)[3]!, 'drift', 'feature:age');
    expect(learning.effect).toBeGreaterThan(0.4);
    expect(learning.sentence).toContain('overlaps the period');
  });

  test('not read: blind, once, and replaced when it was read', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 5; i++) await world.addHour('churn', i, quiet);
    const now = (hour(5) + 1300) * 1000;
    const lagging = { now, readUpTo: hour(4) * 1000, cap: 1e6 };
    const detector = createDetector(world.deps);
    const judged = ofLength(await detector.tick(lagging), 3600);
    expect(judged.map(w => pick(w, 'blind').verdict)).toEqual([
      'stable',
      'stable',
      'stable',
      'stable',
      'blind',
    ]);
    expect(judged[4]!.findings).toHaveLength(1);
    expect(await detector.tick(lagging)).toEqual([]);
    const read = ofLength(await detector.tick({ ...lagging, readUpTo: now }), 3600);
    expect(read.map(w => [w.windowStart, pick(w, 'blind').verdict])).toEqual([[hour(4), 'stable']]);
    const stored = world.findings.all().filter(f => f.check === 'blind' && f.windowSeconds === 3600);
    expect(stored.map(f => f.verdict)).not.toContain('blind');
  });

  describe('judging that fails', () => {
    const failing = async (hours: number) => {
      const world = createWorld();
      world.activate(baselineFor('churn'), base);
      for (let i = 0; i < hours; i++) await world.addHour('churn', i, quiet);
      let broken: Error | null = null;
      const windows: DetectorDeps['windows'] = {
        ...world.windows,
        tiles: async (of, request) => {
          if (broken !== null) throw broken;
          return world.windows.tiles(of, request);
        },
      };
      const detector = createDetector({ ...world.deps, windows });
      const at = (seconds: number, part: { cap?: number } = {}) => {
        const now = (hour(hours) + 600 + seconds) * 1000;
        return detector.tick({ now, readUpTo: now, cap: 1e6, ...part });
      };
      return { world, at, fail: (error: Error | null) => void (broken = error) };
    };
    const told = (judged: readonly JudgedWindow[]) =>
      judged.map(w => [w.windowStart, w.windowSeconds, w.findings.map(f => `${f.check} ${f.verdict}`)]);

    test('after ten minutes the newest due window of each length says so, once', async () => {
      const { world, at, fail } = await failing(8);
      fail(new Error('out of memory'));
      expect(await at(0)).toEqual([]);
      expect(await at(599)).toEqual([]);
      const judged = await at(600, { cap: 2 });
      expect(told(judged)).toEqual(
        [
          [hour(7), 3600, ['blind failed']],
          [hour(2), 21_600, ['blind failed']],
          [hour(8) - 86_400, 86_400, ['blind failed']],
        ].slice(0, judged.length),
      );
      expect(judged.length).toBeGreaterThan(1);
      expect(pick(judged[0]!, 'blind')).toMatchObject({
        detail: { error: 'out of memory', failingSince: new Date((hour(8) + 600) * 1000).toISOString() },
        generation: 0n,
      });
      expect(pick(judged[0]!, 'blind').sentence).toContain('leeway jobs --failed');
      expect(world.findings.all()).toEqual(judged.flatMap(w => w.findings));
      expect(world.events.seen.filter(e => e.name === 'windowJudged')).toHaveLength(judged.length);
      expect(await at(602)).toEqual([]);
      const next = told(await at(3600));
      expect(next[0]).toEqual([hour(8), 3600, ['blind failed']]);
    });

    test('when it works again all of it is judged, and nothing of the failure is left', async () => {
      const { world, at, fail } = await failing(8);
      fail(new Error('out of memory'));
      await at(0);
      await at(700);
      fail(null);
      const judged = await at(702);
      const undisturbed = await failing(8);
      expect(judged).toEqual(await undisturbed.at(702));
      expect(world.findings.all().filter(f => f.verdict === 'failed')).toEqual([]);
      expect(ofLength(judged, 3600)).toHaveLength(8);
      expect(await at(704)).toEqual([]);
      // A failure after that waits ten minutes again.
      await world.addHour('churn', 8, quiet);
      fail(new Error('again'));
      expect(await at(3600)).toEqual([]);
      expect(told(await at(4200))).toHaveLength(2);
    });

    test('what was judged before stands, and is no failure of its own', async () => {
      const { world, at, fail } = await failing(3);
      const before = await at(0);
      await world.addHour('churn', 1, changed);
      fail(new Error('no'));
      await at(1);
      expect(await at(700)).toEqual([]);
      expect(world.findings.all()).toHaveLength(before.flatMap(w => w.findings).length);
    });

    test('the store that answers nothing, and a leader that leads no more, leave no trace', async () => {
      const { world, at, fail } = await failing(3);
      fail(new LeewayError('LW_NOT_LEADER', 'another process leads'));
      await at(0);
      expect(await at(700)).toEqual([]);
      expect(world.events.seen.at(-1)).toMatchObject({ event: { outcome: 'skipped' } });
      const away = { ...world.findings, ledger: () => Promise.reject(new Error('away')) };
      const detector = createDetector({ ...world.deps, findings: away });
      const tick = (seconds: number) =>
        detector.tick({ now: (hour(3) + seconds) * 1000, readUpTo: hour(4) * 1000, cap: 9 });
      await tick(600);
      expect(await tick(1300)).toEqual([]);
      expect(world.events.seen.at(-1)).toMatchObject({ event: { outcome: 'failed', detail: 'away' } });
      expect(world.findings.all()).toEqual([]);
    });

    test('it is said even when what is profiled cannot be read, and of a window that was found blind', async () => {
      const world = createWorld();
      world.activate(baselineFor('churn'), base);
      for (let i = 0; i < 3; i++) await world.addHour('churn', i, quiet);
      const lagging = { now: (hour(3) + 1300) * 1000, readUpTo: hour(1) * 1000, cap: 1e6 };
      expect(told(await createDetector(world.deps).tick(lagging))).toContainEqual([
        hour(2),
        3600,
        ['blind blind'],
      ]);
      const windows = { ...world.windows, coverage: () => Promise.reject(new Error('broken')) };
      const detector = createDetector({ ...world.deps, windows });
      const tick = (seconds: number) =>
        detector.tick({ ...lagging, readUpTo: hour(9) * 1000, now: (hour(3) + seconds) * 1000 });
      await tick(1400);
      expect(told(await tick(2100))[0]).toEqual([hour(2), 3600, ['blind failed']]);
      const stored = world.findings.all().filter(f => f.windowStart === hour(2) && f.windowSeconds === 3600);
      expect(stored.map(f => f.verdict)).toEqual(['failed']);
    });
  });

  test('an hour without rows is no-data, never drift', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (const i of [0, 1, 3]) await world.addHour('churn', i, quiet);
    const empty = ofLength(await world.tick(4), 3600)[2]!;
    expect(empty.findings.map(f => [f.check, f.verdict])).toEqual([
      ['volume', 'no-data'],
      ['blind', 'stable'],
    ]);
  });

  test('a baseline that is gone leaves its windows learning', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    await world.addHour('churn', 0, quiet);
    const baselines = { ...world.deps.baselines, active: async () => null };
    const judged = await world.tick(1, {}, { baselines });
    expect(judged.map(w => pick(w, 'volume').verdict)).toEqual(judged.map(() => 'learning'));
  });
});

describe('fields', () => {
  test('new ones are told, those of the baseline are not, and each hour is asked for once', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    const asked: [number, number][] = [];
    const windows: DetectorDeps['windows'] = {
      ...world.windows,
      unknownFields: (stream, request) => {
        asked.push([request.from, request.to]);
        return world.windows.unknownFields(stream, request);
      },
    };
    const detector = createDetector({ ...world.deps, windows });
    const tick = (i: number) => {
      const now = (hour(i) + 700) * 1000;
      return detector.tick({ now, readUpTo: now, cap: 1e6 });
    };
    for (let i = 0; i < 6; i++) await world.addHour('churn', i, quiet);
    const raw = (i: number, count: number, ...num: string[]) =>
      world.windows.raw(
        ...Array.from({ length: count }, (_, id) => ({
          model: 'churn',
          environment,
          bucket: hour(i),
          id: `${i}/${id}`,
          num,
          cat: ['plan'],
        })),
      );
    await raw(4, 200, 'age', 'zip');
    await raw(5, 5, 'age', 'rare');
    const judged = ofLength(await tick(6), 3600);
    expect(judged.map(w => pick(w, 'schema').verdict)).toEqual([
      ...Array(4).fill('stable'),
      'drift',
      'stable',
    ]);
    expect(pick(judged[4]!, 'schema').sentence).toContain('zip (20 % of rows)');
    await world.addHour('churn', 6, quiet);
    await world.addHour('churn', 5, quiet);
    await tick(7);
    expect(asked).toEqual([
      [hour(0), hour(6)],
      [hour(5), hour(7)],
    ]);
  });
});

describe('failures', () => {
  test('one failing model holds up no other, and is reported', async () => {
    const world = createWorld();
    for (const model of ['a', 'b', 'c']) {
      world.activate(baselineFor(model), base);
      await world.addHour(model, 0, quiet);
    }
    const activations = async (model: string) => {
      if (model === 'b') throw new Error('no such table');
      return world.deps.baselines.activations(model);
    };
    const judged = await world.tick(1, {}, { baselines: { ...world.deps.baselines, activations } });
    expect(new Set(judged.map(w => w.model))).toEqual(new Set(['a', 'c']));
    const failed = world.events.seen.filter(e => (e.event as { outcome?: string }).outcome === 'failed');
    expect(failed).toMatchObject([{ event: { job: 'detect', model: 'b', detail: 'no such table' } }]);
  });

  test('stopped after findings were stored, nothing is judged twice or left out', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 4; i++) await world.addHour('churn', i, quiet);
    const points: string[] = [];
    const failpoint = async (name: string) => {
      points.push(name);
      throw 'stopped';
    };
    expect(await world.tick(4, {}, { failpoint })).toEqual([]);
    expect(points).toEqual(['finding-written']);
    expect(world.events.seen.at(-1)).toMatchObject({ event: { outcome: 'failed', detail: 'stopped' } });
    expect(await world.tick(4)).toEqual([]);
    const undisturbed = createMemoryFindings();
    await world.tick(4, {}, { findings: undisturbed });
    expect(world.findings.all()).toEqual(undisturbed.all());
  });

  test('after a promotion each window is judged by the baseline of its end', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    const second = baselineOf([subjectOf(numericBinning('feature:age'), moved(1000))], {
      model: 'churn',
      baseline: 2,
    });
    world.activate(second, hour(5));
    for (let i = 0; i < 8; i++) {
      await world.addHour('churn', i, changed);
      await world.addHour('churn', i, changed, 2);
    }
    const judged = ofLength(await world.tick(8), 3600);
    const verdicts = judged.map(w => pick(w, 'drift', 'feature:age')).map(f => `${f.baseline} ${f.verdict}`);
    expect(verdicts).toEqual([...Array(4).fill('1 drift'), ...Array(4).fill('2 stable')]);
    expect(pick(judged[7]!, 'volume').detail['activeFrom']).toBe(hour(5) * 1000);
  });

  test('windows beyond the horizon are left alone', async () => {
    const world = createWorld();
    world.activate(baselineFor('churn'), base);
    for (let i = 0; i < 10; i++) await world.addHour('churn', i, quiet);
    const judged = await world.tick(10, {}, { horizonSeconds: 2 * 3600 + 700 });
    expect(ofLength(judged, 3600).map(w => w.windowStart)).toEqual([hour(8), hour(9)]);
  });
});

describe('what holds for single streams', () => {
  const stream = async (hours: number) => {
    const world = createWorld();
    for (const model of ['churn', 'fraud']) {
      world.activate(baselineFor(model), hour(0));
      for (let i = 0; i < hours; i++) await world.addHour(model, i, quiet);
    }
    return world;
  };
  const settings = { budget: 1, latenessSeconds: 600, off: new Set<string>() };

  test('the level of every test follows the budget of its stream, which is asked for with all streams', async () => {
    const world = await stream(1);
    const asked: number[] = [];
    const judged = await world.tick(
      1,
      {},
      {
        settings: ({ model }, all) => {
          asked.push(all.length);
          return { ...settings, budget: model === 'churn' ? 1 : 0.25 };
        },
      },
    );
    const alphaOf = (model: string) =>
      pick(judged.find(w => w.model === model && w.windowSeconds === 3600)!, 'drift', 'feature:age').alpha;
    expect(alphaOf('fraud')).toBeCloseTo(alphaOf('churn') / 4, 12);
    expect(asked).toEqual([2, 2]);
  });

  test('a stream without settings is not judged, and lateness is its own', async () => {
    const world = await stream(1);
    const only = await world.tick(1, {}, { settings: ({ model }) => (model === 'churn' ? settings : null) });
    expect(new Set(only.map(({ model }) => model))).toEqual(new Set(['churn']));
    // The clock stands 700 s after the hour: a window that waits 800 s is not due.
    const late = await world.tick(
      1,
      {},
      {
        settings: ({ model }) => (model === 'fraud' ? { ...settings, latenessSeconds: 800 } : null),
      },
    );
    expect(late).toEqual([]);
    const due = await world.tick(
      1,
      {},
      {
        settings: ({ model }) => (model === 'fraud' ? { ...settings, latenessSeconds: 690 } : null),
      },
    );
    expect(new Set(due.map(({ model }) => model))).toEqual(new Set(['fraud']));
  });

  test('checks that are switched off find nothing, and every window is judged once all the same', async () => {
    const world = await stream(1);
    const off = { settings: () => ({ ...settings, off: new Set(['drift', 'volume', 'missing']) }) };
    const judged = await world.tick(1, {}, off);
    const checks = new Set(judged.flatMap(({ findings }) => findings.map(({ check }) => check)));
    expect(checks.has('drift') || checks.has('missing')).toBe(false);
    expect(checks).toContain('mismatch');
    for (const window of judged) {
      const volume = pick(window, 'volume');
      expect([volume.detail['judged'], Number.isNaN(volume.p), volume.sentence]).toEqual([
        false,
        true,
        expect.stringContaining('checks.volume is switched off'),
      ]);
      expect(volume.verdict).not.toBe('drift');
    }
    expect(await world.tick(1, {}, off)).toEqual([]);
  });
});

describe('performance', () => {
  test('is judged beside the rest, and again when a late label makes its window due', async () => {
    const { activate, addHour, tick, findings } = createWorld();
    const performance = createMemoryPerformance();
    activate(baselineFor('m', { from: hour(0) * 1000, to: hour(24) * 1000, rows: 24_000 }), hour(24));
    const arrived = [900, 0, 0];
    const put = (i: number, right: number) =>
      performance.put({
        model: 'm',
        environment,
        hour: hour(i),
        sums: { rows: 1000, labelled: 900, classed: 900, right },
        arrived,
      });
    for (let i = 0; i < 60; i++) {
      await addHour('m', i, quiet);
      await put(i, 810);
    }
    const said = () =>
      findings
        .all()
        .filter(f => f.check === 'performance' && f.windowStart === hour(59) && f.windowSeconds === 3600);
    const before = await tick(60, {}, { performance });
    expect(before.flatMap(w => w.findings).some(f => f.check === 'label_coverage')).toBe(true);
    expect(said()).toMatchObject([{ subject: 'accuracy', verdict: 'stable', n: 900 }]);
    const alone = await createWorldWithoutLabels();
    const alphaOf = (all: readonly JudgedWindow[]) =>
      all.at(-1)!.findings.find(f => f.check === 'drift' && f.subject === 'feature:age')!.alpha;
    // One more subject shares the level of a model that has labels, and of no other.
    expect(alphaOf(before) / alphaOf(alone)).toBeCloseTo(3 / 4, 12);
    await addHour('m', 59, quiet);
    await put(59, 300);
    await tick(60, {}, { performance });
    expect(said()).toMatchObject([{ verdict: 'drift', detail: { value: 1 / 3 } }]);
  });
});

async function createWorldWithoutLabels() {
  const { activate, addHour, tick } = createWorld();
  activate(baselineFor('m', { from: hour(0) * 1000, to: hour(24) * 1000 }), hour(24));
  for (let i = 0; i < 60; i++) await addHour('m', i, quiet);
  const found = await tick(60, {}, { performance: createMemoryPerformance() });
  const labels = found.flatMap(w => w.findings).filter(f => f.check === 'label_coverage');
  expect(new Set(labels.map(f => f.verdict))).toEqual(new Set(['no-data']));
  return found;
}
