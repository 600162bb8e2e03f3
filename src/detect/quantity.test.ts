import { expect, test } from 'vitest';
import { numericBinning, subjectOf } from '../../test/twins/samples.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import { createTailBins, tailBinOf } from '../stats/tail-bins.ts';
import { percentilesOf, quantileAt, rowsAbove } from './quantity.ts';

const binning = numericBinning('latency');
const subject = subjectOf(binning, emptyProfile);
const tails = createTailBins(binning.edges)!;

test('percentiles beyond the range are the means of the sub-bins they lie in', () => {
  const bins = [5, tailBinOf(tails, 30), tailBinOf(tails, 120)];
  const profile = { ...emptyProfile, n: 100, bins, counts: [90, 6, 4], tailSums: [180, 480] };
  expect(percentilesOf(subject, profile)).toEqual({ p50: 4 + 50 / 90, p95: 30, p99: 120 });
});

test('below the range too', () => {
  const bins = [5, tailBinOf(tails, -30)];
  const profile = { ...emptyProfile, n: 100, bins, counts: [90, 10], tailSums: [-300] };
  expect(quantileAt(subject, profile, 0.05)).toBe(-30);
  expect(quantileAt(subject, profile, 0.1)).toBe(-30);
});

test('profiles from before the sub-bins give the mean of what lies above, also when added to new ones', () => {
  const old = { ...emptyProfile, n: 100, sum: 80 * 4.5 + 20 * 15, bins: [5, 11], counts: [80, 20] };
  expect(quantileAt(subject, old, 0.95)).toBeCloseTo(15, 12);
  expect(quantileAt(subject, old, 0.8)).toBe(5);
  const fresh = {
    ...emptyProfile,
    n: 100,
    sum: 9000,
    bins: [tailBinOf(tails, 90)],
    counts: [100],
    tailSums: [9000],
  };
  const both = addProfiles(old, fresh);
  expect(quantileAt(subject, both, 0.45)).toBeCloseTo(15, 12);
  expect(quantileAt(subject, both, 0.51)).toBe(90);
});

test('rows above a limit: the bin that holds it is shared out, and decides nothing', () => {
  const bins = [0, 5, 6, tailBinOf(tails, 30), tailBinOf(tails, 120)];
  const profile = { ...emptyProfile, n: 100, bins, counts: [10, 50, 30, 6, 4], tailSums: [180, 480] };
  expect(rowsAbove(subject, profile, 4.25)).toEqual({ least: 40, about: 77.5, most: 90 });
  // A bin that begins at the limit may hold nothing but the limit itself.
  expect(rowsAbove(subject, profile, 5)).toEqual({ least: 10, about: 40, most: 40 });
  expect(rowsAbove(subject, profile, 60)).toEqual({ least: 4, about: 4, most: 4 });
  expect(rowsAbove(subject, profile, 1e9)).toEqual({ least: 0, about: 0, most: 0 });
  const open = { ...profile, bins: [tailBinOf(tails, 1e6)], counts: [4], tailSums: [4e6] };
  expect(rowsAbove(subject, open, 1e9)).toEqual({ least: 0, about: 0, most: 4 });
  expect(rowsAbove(subject, profile, -1)).toEqual({ least: 90, about: 90, most: 100 });
});
