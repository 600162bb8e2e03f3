import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activation } from '../domain/baseline.ts';
import {
  bucketsToProfile,
  type DueRule,
  defaultDebounceSeconds,
  relevantBaselines,
  sumsToMake,
} from './due.ts';

const now = 1_000_000_000;
const span = { baseline: 1, from: 0, until: Infinity };
const rule: DueRule = { now: now * 1000, storeNow: 5_000_000, rawRetentionSeconds: 86400, span };
const bucket = now - (now % 300);

function activation(baseline: number, from: number, over: Partial<Activation> = {}): Activation {
  return { model: 'm', version: '', baseline, from, at: from, by: '', ...over };
}

describe('bucketsToProfile', () => {
  it('waits until a bucket has ended', () => {
    const due = (end: number) => bucketsToProfile([{ bucket, started: null }], { ...rule, now: end });
    expect(due((bucket + 300) * 1000 - 1)).toEqual([]);
    expect(due((bucket + 300) * 1000)).toEqual([bucket]);
  });

  it('leaves sealed buckets alone', () => {
    const edge = now - 86400;
    expect(
      bucketsToProfile(
        [
          { bucket: edge, started: null },
          { bucket: edge - 1, started: null },
        ],
        rule,
      ),
    ).toEqual([edge]);
  });

  it('profiles a bucket of the last hours at once and an old one ten minutes after its last run', () => {
    const old = bucket - 3 * 3600;
    const again = (which: number, started: number) =>
      bucketsToProfile([{ bucket: which, started }], rule).length;
    expect(again(bucket - 600, rule.storeNow - 1)).toBe(1);
    expect(again(old, rule.storeNow - defaultDebounceSeconds * 1000 + 1)).toBe(0);
    expect(again(old, rule.storeNow - defaultDebounceSeconds * 1000)).toBe(1);
    expect(bucketsToProfile([{ bucket: old, started: null }], rule)).toEqual([old]);
    const unhurried = { ...rule, debounceSeconds: 0 };
    expect(bucketsToProfile([{ bucket: old, started: rule.storeNow - 1 }], unhurried)).toEqual([old]);
  });

  it('keeps up an earlier baseline only for what its windows hold and what was profiled for it', () => {
    const until = now - 7200;
    const earlier = {
      ...rule,
      now: rule.now + 800_000_000,
      rawRetentionSeconds: 1e9,
      span: { baseline: 1, from: until - 3600, until },
    };
    const kept = (at: number, started: number | null) =>
      bucketsToProfile([{ bucket: at, started }], earlier).length;
    expect(kept(until - 1, null)).toBe(1);
    expect(kept(until, null)).toBe(0);
    expect(kept(until, 1)).toBe(1);
    expect(kept(until + 168 * 3600 - 1, 1)).toBe(1);
    expect(kept(until + 168 * 3600, 1)).toBe(0);
    expect(kept(until - 3600 - 168 * 3600, null)).toBe(1);
    expect(kept(until - 3600 - 168 * 3600 - 1, null)).toBe(0);
  });

  it('gives the newest first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 })), list => {
        const touched = list.map(i => ({ bucket: bucket - i * 300, started: null }));
        const due = bucketsToProfile(touched, rule);
        expect(due).toEqual(touched.map(t => t.bucket).sort((a, b) => b - a));
      }),
    );
  });
});

describe('relevantBaselines', () => {
  it('gives the active one of the model and of each version first, then the earlier ones with their end', () => {
    const spans = relevantBaselines(
      [
        activation(1, 1000),
        activation(2, 9000),
        activation(3, 5000, { version: 'b' }),
        activation(4, now * 2000),
      ],
      now * 1000,
    );
    expect(spans).toEqual([
      { baseline: 3, from: 5, until: Infinity },
      { baseline: 2, from: 9, until: Infinity },
      { baseline: 1, from: 1, until: 9 },
    ]);
  });

  it('takes the later of two activations of the same moment, and a baseline that came back as active', () => {
    expect(
      relevantBaselines([activation(1, 1000, { at: 9 }), activation(2, 1000, { at: 5 })], now)[0],
    ).toMatchObject({ baseline: 1 });
    const back = relevantBaselines([activation(1, 1000), activation(2, 2000), activation(1, 3000)], now);
    expect(back).toEqual([
      { baseline: 1, from: 1, until: Infinity },
      { baseline: 2, from: 2, until: 3 },
    ]);
  });
});

describe('sumsToMake', () => {
  it('makes hours and days that have ended, and no hour whose parts may be gone', () => {
    expect(sumsToMake([now - 3600, now - 3599], 3600, rule)).toEqual([now - 3600]);
    expect(sumsToMake([now - 86400, now - 86401, now - 90_000], 3600, rule)).toEqual([now - 86400]);
    expect(sumsToMake([now - 86400, now - 86399, now - 900_000], 86400, rule)).toEqual([
      now - 86400,
      now - 900_000,
    ]);
  });
});
