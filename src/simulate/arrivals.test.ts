import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapAt, trafficLevel } from './arrivals.ts';
import { createEventClock } from './event-time.ts';

const hour = 3_600_000;

describe('event time', () => {
  it('runs fast from the past to the present, and then with the clock', () => {
    const started = 1_000_000_000_000;
    const clock = createEventClock({ from: started - 24 * hour, started, speed: 3601 });
    expect(clock.caughtUp).toBe(24_000);
    expect(clock.at(0)).toBe(started - 24 * hour);
    expect(clock.at(1000)).toBe(started - 24 * hour + 3_601_000);
    expect(clock.at(24_000)).toBe(started + 24_000);
    expect(clock.at(60_000)).toBe(started + 60_000);
  });

  it('never lies ahead of the clock, and never goes back', () => {
    const positive = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    const moments = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(positive, moments, moments, moments, (speed, behind, a, b) => {
        const clock = createEventClock({ from: 1e12 - behind, started: 1e12, speed });
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        expect(clock.at(first)).toBeLessThanOrEqual(1e12 + first + 1);
        expect(clock.at(first)).toBeLessThanOrEqual(clock.at(second) + 1);
        expect(clock.at(first)).toBeGreaterThanOrEqual(1e12 - behind);
      }),
    );
  });
});

describe('the season of traffic', () => {
  const plan = { users: 1, spawnRate: 1, rate: 10, batch: 1, season: 0.5 };

  it('is highest in the afternoon, lowest at night, and the mean of the day is the rate', () => {
    expect(trafficLevel(0.5, 15 * hour)).toBeCloseTo(1.5);
    expect(trafficLevel(0.5, 3 * hour)).toBeCloseTo(0.5);
    expect(gapAt(plan, 15 * hour)).toBeCloseTo(100 / 1.5);
    let sent = 0;
    for (let at = 0; at < 24 * hour; at += gapAt(plan, at)) sent++;
    expect(sent / (24 * 3600)).toBeCloseTo(10, 1);
  });
});
