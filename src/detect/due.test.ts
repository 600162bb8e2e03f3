import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Activation } from '../domain/baseline.ts';
import { strideSeconds } from '../domain/window.ts';
import { activeBaseline, type DueRequest, dueWindows, learningReason } from './due.ts';
import type { Coverage, HourState, LedgerEntry } from './ports.ts';

const base = 2976 * 604_800;
const hour = (i: number) => base + i * 3600;

const activation = (baseline: number, from: number, at = 0, version = ''): Activation => ({
  model: 'm',
  version,
  baseline,
  from: from * 1000,
  at,
  by: 'test',
});

function hours(count: number, part: (i: number) => Partial<HourState> = () => ({})): Coverage {
  return {
    hours: Array.from({ length: count }, (_, i) => ({
      hour: hour(i),
      generation: BigInt(i + 1),
      started: 1,
      rows: 100,
      complete: true,
      ...part(i),
    })),
    days: [],
  };
}

function request(part: Partial<DueRequest>): DueRequest {
  const now = (part.now ?? hour(10) * 1000 + 600_000) as number;
  return {
    first: base,
    now,
    readUpTo: now,
    latenessSeconds: 600,
    horizon: 0,
    cap: 1e6,
    activations: [activation(1, base)],
    coverage: new Map([[1, hours(200)]]),
    ledger: [],
    ...part,
  };
}

const hourly = (r: DueRequest) => dueWindows(r).filter(w => w.end - w.start === 3600);

describe('due', () => {
  test('from the hour of the first row to the last window whose lateness has passed', () => {
    const due = hourly(request({}));
    expect(due.map(w => w.end)).toEqual(Array.from({ length: 10 }, (_, i) => hour(i + 1)));
    expect(hourly(request({ now: hour(10) * 1000 + 599_999 })).at(-1)!.end).toBe(hour(9));
    expect(hourly(request({ now: hour(10) * 1000 + 599_999, latenessSeconds: 60 })).at(-1)!.end).toBe(
      hour(10),
    );
    expect(hourly(request({ first: hour(4) + 900 }))[0]!.end).toBe(hour(5));
    expect(hourly(request({ horizon: hour(7) }))[0]!.end).toBe(hour(8));
  });

  test('all four lengths, in order of end and then length, under the cap', () => {
    const due = dueWindows(request({ now: hour(200) * 1000 }));
    expect(new Set(due.map(w => w.end - w.start))).toEqual(new Set([3600, 21_600, 86_400, 604_800]));
    const order = due.map(w => w.end * 1e6 + (w.end - w.start));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(dueWindows(request({ now: hour(200) * 1000, cap: 5 }))).toEqual(due.slice(0, 5));
  });

  test('not before it is read; blind, once, ten minutes after it should have been', () => {
    const unread = { readUpTo: hour(10) * 1000 - 1 };
    const at = (seconds: number) => request({ ...unread, now: (hour(10) + 600 + seconds) * 1000 });
    const ofTen = (r: DueRequest) => hourly(r).filter(w => w.end === hour(10));
    expect(ofTen(at(0))).toEqual([]);
    expect(ofTen(at(599))).toEqual([]);
    expect(ofTen(at(600))).toMatchObject([{ blind: true, generation: 0n }]);
    const told: LedgerEntry = { windowStart: hour(9), windowSeconds: 3600, generation: null, baseline: 1 };
    expect(ofTen({ ...at(5000), ledger: [told] })).toEqual([]);
    expect(ofTen({ ...at(5000), readUpTo: hour(10) * 1000, ledger: [told] })).toMatchObject([
      { blind: false },
    ]);
  });

  test('again only when an hour inside is newer than the findings', () => {
    const known = (generation: bigint): LedgerEntry[] => [
      { windowStart: hour(3), windowSeconds: 3600, generation, baseline: 1 },
    ];
    const ofThree = (ledger: LedgerEntry[]) => hourly(request({ ledger })).filter(w => w.start === hour(3));
    expect(ofThree(known(4n))).toEqual([]);
    expect(ofThree(known(3n))).toMatchObject([{ generation: 4n }]);
  });

  test('waits for hours that are not profiled, but not for ever', () => {
    const coverage = new Map([[1, hours(10, i => ({ complete: i !== 3 }))]]);
    const starts = (now: number) => hourly(request({ coverage, now })).map(w => w.start);
    expect(starts(hour(10) * 1000 + 600_000)).not.toContain(hour(3));
    expect(starts((hour(4) + 600 + 86_400) * 1000)).toContain(hour(3));
  });

  test('each window belongs to the baseline active at its end', () => {
    const activations = [activation(1, hour(2)), activation(2, hour(6), 1), activation(9, hour(1), 0, 'v2')];
    const coverage = new Map([
      [1, hours(10)],
      [2, hours(10)],
    ]);
    const due = hourly(request({ activations, coverage }));
    expect(due.map(w => w.baseline)).toEqual([0, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(due[0]).toMatchObject({ generation: 0n, activeFrom: 0 });
    expect(due[5]!.activeFrom).toBe(hour(6) * 1000);
  });

  test('of two activations at the same moment the later decision counts', () => {
    expect(activeBaseline([activation(1, 5, 20), activation(2, 5, 10)])(5000).baseline).toBe(1);
    expect(activeBaseline([])(5000)).toEqual({ baseline: 0, activeFrom: 0 });
  });
});

describe('laws', () => {
  const states = fc.array(
    fc.record({ generation: fc.bigInt({ min: 0n, max: 50n }), complete: fc.boolean() }),
    { minLength: 30, maxLength: 30 },
  );
  const anyRequest = fc
    .record({ first: fc.nat(20), now: fc.nat(40 * 3600), lag: fc.nat(6 * 3600), from: fc.nat(30), states })
    .map(r =>
      request({
        first: hour(r.first) + 300,
        now: (base + r.now) * 1000,
        readUpTo: (base + r.now - r.lag) * 1000,
        activations: [activation(1, hour(r.from))],
        coverage: new Map([[1, hours(30, i => r.states[i]!)]]),
      }),
    );
  const entryOf = (w: {
    start: number;
    end: number;
    generation: bigint;
    blind: boolean;
    baseline: number;
  }) => ({
    windowStart: w.start,
    windowSeconds: w.end - w.start,
    baseline: w.baseline,
    generation: w.blind ? null : w.generation,
  });

  test('every due window is closed, aligned, and either read or blind', () => {
    fc.assert(
      fc.property(anyRequest, r => {
        for (const w of dueWindows(r)) {
          expect(w.end % strideSeconds(w.end - w.start)).toBe(0);
          expect(w.end + 600).toBeLessThanOrEqual(r.now / 1000);
          expect(w.end).toBeGreaterThan(r.first);
          expect(w.blind).toBe(w.end * 1000 > r.readUpTo);
        }
      }),
    );
  });

  test('what was judged is not due again until something changes', () => {
    fc.assert(
      fc.property(anyRequest, r => {
        expect(dueWindows({ ...r, ledger: dueWindows(r).map(entryOf) })).toEqual([]);
      }),
    );
  });

  test('judging under a cap, again and again, comes to the same windows in the same order', () => {
    fc.assert(
      fc.property(anyRequest, fc.integer({ min: 1, max: 7 }), (r, cap) => {
        const whole = dueWindows(r);
        const ledger: LedgerEntry[] = [];
        const pieces: unknown[] = [];
        for (let i = 0; i <= whole.length; i++) {
          const due = dueWindows({ ...r, cap, ledger });
          pieces.push(...due);
          ledger.push(...due.map(entryOf));
        }
        expect(pieces).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  test('judging early and catching up later come to the same windows', () => {
    fc.assert(
      fc.property(anyRequest, fc.nat(40 * 3600), (r, earlier) => {
        const late = { ...r, readUpTo: r.now };
        const then = Math.min(r.now, (base + earlier) * 1000);
        const early = dueWindows({ ...late, now: then, readUpTo: then });
        const rest = dueWindows({ ...late, ledger: early.map(entryOf) });
        const key = (w: { start: number; end: number }) => `${w.end}/${w.start}`;
        const both = new Set([...early, ...rest].map(key));
        expect(both).toEqual(new Set([...dueWindows(late).map(key), ...early.map(key)]));
      }),
    );
  });
});

test('learning: no baseline, before the first row, or inside the period the baseline was cut from', () => {
  const window = { start: hour(5), end: hour(11) };
  const period = (from: number, to: number) => ({ from: from * 1000, to: to * 1000 });
  expect(learningReason(window, base, null)).toBe('no baseline yet');
  expect(learningReason(window, hour(5) + 300, period(0, 0))).toBe('starts before the first row');
  expect(learningReason(window, base, period(hour(0), hour(5) + 1))).toBe(
    'overlaps the period its baseline was cut from',
  );
  expect(learningReason(window, base, period(hour(11) - 1, hour(20)))).not.toBeNull();
  expect(learningReason(window, base, period(hour(0), hour(5)))).toBeNull();
  expect(learningReason(window, base, period(hour(11), hour(12)))).toBeNull();
  expect(learningReason(window, base, { from: 0, to: 0 })).toBeNull();
});

describe('another baseline for a window that was judged', () => {
  const other: Coverage = hours(200, i => ({ generation: BigInt(1000 + i) }));
  const judged = (generation: bigint, baseline: number): LedgerEntry[] => [
    { windowStart: hour(4), windowSeconds: 3600, generation, baseline },
  ];
  const again = (ledger: LedgerEntry[]) =>
    hourly(
      request({
        activations: [activation(2, base), activation(1, hour(2), 1)],
        coverage: new Map([
          [1, hours(200)],
          [2, other],
        ]),
        ledger,
      }),
    ).find(w => w.start === hour(4));

  test('makes it due although its profiles are older, above the findings it replaces, and once', () => {
    const due = again(judged(1004n, 2))!;
    expect([due.baseline, due.generation]).toEqual([1, 1005n]);
    expect(again(judged(due.generation, 1))).toBeUndefined();
  });

  test('once also for a window without rows', () => {
    const empty = request({ activations: [activation(1, base)], coverage: new Map(), first: hour(4) });
    const known = (generation: bigint, baseline: number) =>
      hourly({ ...empty, ledger: judged(generation, baseline) }).find(w => w.start === hour(4));
    expect(known(0n, 0)?.generation).toBe(1n);
    expect(known(1n, 1)).toBeUndefined();
    expect(known(0n, 1)).toBeUndefined();
  });
});
