import { describe, expect, it } from 'vitest';
import { findingChecks } from '../domain/check-name.ts';
import { calibrationByLength, checksFrom } from './checks-from.ts';

const day = 86_400_000;
const first = Date.UTC(2026, 9, 10);
const at = (days: number) => calibrationByLength(first, first + days * day);

it('says of every check whose findings can be asked for from when it can page', () => {
  expect(checksFrom([], null, first).map(({ check }) => check)).toEqual(findingChecks);
});

describe('calibrationByLength', () => {
  it('short windows page after 7 days, long ones from the start, all are calibrated after 28', () => {
    const hour = 3_600_000;
    expect(at(3)).toEqual([
      {
        windowSeconds: 3600,
        calibration: 'learning',
        pagesFrom: first + 7 * day + hour,
        calibratedFrom: first + 28 * day + hour,
      },
      {
        windowSeconds: 21_600,
        calibration: 'learning',
        pagesFrom: first + 7 * day + 6 * hour,
        calibratedFrom: first + 28 * day + 6 * hour,
      },
      { windowSeconds: 86_400, calibration: 'learning', pagesFrom: 0, calibratedFrom: first + 29 * day },
      { windowSeconds: 604_800, calibration: 'learning', pagesFrom: 0, calibratedFrom: first + 35 * day },
    ]);
  });

  it('speaks of the newest window of each length', () => {
    const states = (days: number) => at(days).map(each => each.calibration);
    expect(states(7)).toEqual(['learning', 'learning', 'learning', 'learning']);
    expect(states(8)).toEqual(['provisional', 'provisional', 'learning', 'learning']);
    expect(states(29)).toEqual(['calibrated', 'calibrated', 'calibrated', 'learning']);
    expect(states(37)).toEqual(['calibrated', 'calibrated', 'calibrated', 'calibrated']);
  });
});
