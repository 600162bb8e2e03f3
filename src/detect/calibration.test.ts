import { expect, test } from 'vitest';
import { calibrationOf } from './calibration.ts';

const hour = 3600;
const first = 1000 * 24 * hour + 300;
/** Window of `length` hours whose history is `hours` long. */
const after = (hours: number, length: number) => {
  const start = (1000 * 24 + 1 + hours) * hour;
  return calibrationOf({ start, end: start + length * hour }, first);
};

test.each([
  [0, 1, 'learning'],
  [167, 1, 'learning'],
  [168, 1, 'provisional'],
  [168, 6, 'provisional'],
  [168, 24, 'learning'],
  [671, 6, 'provisional'],
  [671, 168, 'learning'],
  [672, 1, 'calibrated'],
  [672, 24, 'calibrated'],
  [672, 168, 'calibrated'],
] as const)('%d hours of history, windows of %d h: %s', (hours, length, calibration) => {
  expect(after(hours, length)).toMatchObject({ calibration, hours });
});

test('says from when on a length can page, and from when on it is calibrated', () => {
  const day = 24 * hour * 1000;
  const begin = (1000 * 24 + 1) * hour * 1000;
  expect(after(5, 1)).toMatchObject({
    pagesFrom: begin + 7 * day + hour * 1000,
    calibratedFrom: begin + 28 * day + hour * 1000,
  });
  expect(after(5, 24)).toMatchObject({ pagesFrom: 0, calibratedFrom: begin + 29 * day });
});

test('a window that begins before the first row has no history', () => {
  expect(calibrationOf({ start: first - hour * 9, end: first }, first)).toMatchObject({
    calibration: 'learning',
    hours: 0,
  });
});
