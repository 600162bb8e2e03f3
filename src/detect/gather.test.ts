import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import { batchesOf, createAdder, tileLimit } from './gather.ts';
import type { TileProfile } from './ports.ts';
import { daySeconds, tilesOf, windowsEndingIn } from './windows.ts';

const base = 20_000 * daySeconds;
const counts = fc.array(fc.nat(50), { minLength: 5, maxLength: 5 });

/** The last two of the bins are sub-bins. */
const tailSumsOf = (list: readonly number[]) =>
  list.slice(3).flatMap((n, i) => (n > 0 ? [(i - 0.5) * n] : []));

test('a window is the sum of its hours, whichever days are read whole', () => {
  const hours = fc.array(counts, { minLength: 72, maxLength: 72 });
  fc.assert(
    fc.property(hours, fc.integer({ min: 1, max: 48 }), fc.boolean(), (all, length, whole) => {
      const hourly: TileProfile[] = all.map((c, i) => ({
        grain: 3600,
        bucket: base + i * 3600,
        subject: 's',
        generation: 1n,
        profile: profileFrom(c, { nMissing: i, tailSums: tailSumsOf(c) }),
      }));
      const daily: TileProfile[] = [0, 1, 2].map(d => ({
        grain: 86400,
        bucket: base + d * daySeconds,
        subject: 's',
        generation: 1n,
        profile: hourly
          .slice(d * 24, d * 24 + 24)
          .reduce((sum, t) => addProfiles(sum, t.profile), emptyProfile),
      }));
      const window = { start: base + 24 * 3600, end: base + (24 + length) * 3600 };
      const sum = createAdder([...hourly, ...daily], () => whole)(window).get('s');
      const expected = hourly
        .slice(24, 24 + length)
        .reduce((s, t) => addProfiles(s, t.profile), emptyProfile);
      expect(sum).toEqual(expected);
    }),
    { numRuns: 40 },
  );
  expect(createAdder([], () => true)({ start: base, end: base + 3600 }).size).toBe(0);
});

test('batches keep every window in order and read each tile of theirs', () => {
  const windows = [3600, 21_600, 86_400, 604_800]
    .flatMap(length => windowsEndingIn(base, base + 10 * daySeconds, length))
    .sort((a, b) => a.end - b.end || b.start - a.start);
  const wholeDay = () => true;
  const batches = batchesOf(windows, wholeDay, 60);
  expect(batches.length).toBeGreaterThan(3);
  expect(batches.flatMap(b => b.windows)).toEqual(windows);
  for (const batch of batches) {
    const tiles = new Set(batch.tiles.map(t => `${t.grain}/${t.bucket}`));
    expect(tiles.size).toBe(batch.tiles.length);
    if (batch.windows.length > 1) expect(tiles.size).toBeLessThanOrEqual(60);
    for (const window of batch.windows)
      for (const tile of tilesOf(window, wholeDay))
        expect(tiles.has(`${tile.grain}/${tile.bucket}`)).toBe(true);
  }
  expect(batchesOf([], wholeDay, 5)).toEqual([]);
});

test('wide baselines are read in smaller pieces, but any window fits', () => {
  const wide = (subjects: number) =>
    baselineOf(Array.from({ length: subjects }, () => subjectOf(numericBinning('s'), emptyProfile)));
  expect(tileLimit(wide(10))).toBeGreaterThan(tileLimit(wide(1000)));
  expect(tileLimit(wide(100_000))).toBe(64);
});
