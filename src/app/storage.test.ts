import { expect, test } from 'vitest';
import { keptDays } from './storage.ts';

test('profiles are kept at least as long as the rows they are made from', () => {
  const retention = { rawDays: 30, fiveMinuteDays: 30, hourlyDays: 90, dailyDays: 400, labelDays: 400 };
  expect(keptDays(retention)).toEqual({ raw: 30, fiveMinute: 30, hourly: 90, daily: 400, labels: 400 });
  expect(keptDays({ ...retention, fiveMinuteDays: 10 })).toMatchObject({ raw: 30, fiveMinute: 30 });
  expect(keptDays({ ...retention, rawDays: 500 })).toMatchObject({
    fiveMinute: 500,
    hourly: 500,
    daily: 500,
  });
});
