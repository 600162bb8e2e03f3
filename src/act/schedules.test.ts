import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../stats/random.ts';
import type { Ask } from './ask.ts';
import { createRetrainingWorld } from './retraining-world.ts';
import { createSchedules, type Schedule } from './schedules.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const schedules: readonly Schedule[] = [
  { model: 'berlin', cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
  { model: 'monday', cron: '0 9 * * 1', timeZone: 'America/New_York' },
  { model: 'lord-howe', cron: '45 1 * * *', timeZone: 'Australia/Lord_Howe' },
  { model: 'utc', cron: '0 3 1 * *', timeZone: 'UTC' },
].map(each => ({ ...each, environment: 'prod', kind: 'retrain' }));

/**
 * Slots found without a cron library: every quarter of an hour is looked at as the clocks of the place show it. A time
 * of day counts when it is shown for the first time; one that is never shown, at the first moment after it.
 */
function slotsByClock({ model, timeZone }: Schedule, from: number, to: number): number[] {
  const wanted: Readonly<Record<string, (shown: Shown) => boolean>> = {
    berlin: ({ time }) => time === '02:30',
    monday: ({ time, weekday }) => weekday === 'Mon' && time === '09:00',
    'lord-howe': ({ time }) => time === '01:45',
    utc: ({ time, date }) => date.endsWith('-01') && time === '03:00',
  };
  // Hours of UTC in which it can be, with one to spare on both sides: looking at all of them takes long.
  const hours = { berlin: [23, 3], monday: [11, 16], 'lord-howe': [12, 17], utc: [2, 5] }[model]!;
  const clock = clockOf(timeZone);
  const seen = new Set<string>();
  const found: number[] = [];
  for (let at = from + 15 * minute; at <= to; at += 15 * minute) {
    const hourOfDay = new Date(at).getUTCHours();
    const [first, last] = hours as [number, number];
    if (first < last ? hourOfDay < first || hourOfDay > last : hourOfDay < first && hourOfDay > last)
      continue;
    const shown = clock(at);
    if (!wanted[model]!(shown)) continue;
    const key = `${shown.date} ${shown.time}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(at);
  }
  return found;
}

interface Shown {
  readonly date: string;
  readonly time: string;
  readonly weekday: string;
}

function clockOf(timeZone: string): (at: number) => Shown {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return at => {
    const parts = Object.fromEntries(format.formatToParts(at).map(part => [part.type, part.value]));
    return {
      date: `${parts['year']}-${parts['month']}-${parts['day']}`,
      time: `${parts['hour']}:${parts['minute']}`,
      weekday: parts['weekday']!,
    };
  };
}

describe('a year of schedules', () => {
  it('takes every slot once, whatever the clocks and the process do', async () => {
    const start = Date.UTC(2026, 0, 1, 0, 7);
    const end = Date.UTC(2027, 0, 1, 0, 7);
    const world = createRetrainingWorld(start);
    const random = seededRandom(20_261_122);
    const asks: Ask[] = [];
    let dying = false;
    const begin = () =>
      createSchedules({
        slots: {
          last: world.stores.slots.last,
          // Killed between the order and the slot: the slot comes again, as the same order.
          take: async (schedule, slot) => {
            if (dying) throw new Error('killed');
            await world.stores.slots.take(schedule, slot);
          },
        },
        schedules: () => schedules,
        ask: async ask => {
          asks.push(ask);
          return desk.ask(ask);
        },
        clock: world.clock,
      });
    const desk = await world.restart();
    let running = begin();
    await running.tick();
    let events = 0;
    let asleep = false;
    while (world.clock.now() < end) {
      const chance = random();
      if (chance < 0.02) running = begin();
      else if (chance < 0.03) {
        // The clock is set back by up to two hours, and later on again.
        world.clock.set(world.clock.now() - Math.floor(random() * 2 * hour));
        events++;
      } else if (chance < 0.04) {
        dying = true;
        await running.tick().catch(() => undefined);
        dying = false;
        running = begin();
      } else if (!asleep && world.clock.now() > Date.UTC(2026, 2, 28, 12)) {
        // A whole day, over the night in which the clocks of Europe change.
        asleep = true;
        world.clock.advance(day);
      }
      world.clock.advance(Math.floor(random() * 4 * hour));
      await running.tick();
    }
    world.clock.set(end);
    await running.tick();
    expect(events).toBeGreaterThan(10);

    const slotOf = (ask: Ask) => Date.parse(/^slot (\S+)/.exec(ask.reason)![1]!);
    for (const schedule of schedules) {
      const mine = asks.filter(ask => ask.model === schedule.model);
      const taken = [...new Map(mine.map(ask => [ask.id, slotOf(ask)])).values()].sort((a, b) => a - b);
      expect(new Set(taken).size, 'no slot under two ids').toBe(taken.length);
      const expected = slotsByClock(schedule, start - 7 * minute, Math.max(end, taken.at(-1)!));
      // In the night in which 02:30 is skipped in Berlin the slot falls at 03:00.
      if (schedule.model === 'berlin') expected.push(Date.UTC(2026, 2, 29, 1));
      expect(taken).toEqual(expected.sort((a, b) => a - b).filter(slot => slot > start));
      const orders = new Set(
        world.stores.orders.appended.filter(o => o.model === schedule.model).map(o => o.id),
      );
      expect(orders.size).toBe(taken.length);
    }
  });
});

describe('a clock that is ahead for a while', () => {
  const weekly: Schedule = { ...schedules[0]!, model: 'weekly', cron: '0 3 * * 1', timeZone: 'UTC' };
  const daily: Schedule = { ...weekly, model: 'daily', cron: '0 3 * * *' };
  const start = Date.UTC(2026, 9, 1, 4);
  const slotOf = (ask: Ask) => Date.parse(/^slot (\S+)/.exec(ask.reason)![1]!);

  function setup(list: readonly Schedule[]) {
    const world = createRetrainingWorld(start);
    const asks: Ask[] = [];
    const create = () =>
      createSchedules({
        slots: world.stores.slots,
        schedules: () => list,
        ask: async ask => (asks.push(ask), {}) as never,
        clock: world.clock,
      });
    return { clock: world.clock, asks, create, slots: () => asks.map(slotOf) };
  }

  it('takes two slots of a year at once, and every one when it is right again, also after a restart', async () => {
    const { clock, create, slots } = setup([weekly]);
    let running = create();
    await running.tick();
    clock.set(start + 365 * day);
    expect(await running.tick()).toBe(2);
    expect(slots()).toEqual([Date.UTC(2026, 9, 5, 3), Date.UTC(2027, 8, 27, 3)]);
    clock.set(start + minute);
    let taken = 0;
    for (let d = 0; d < 300; d++) {
      taken += await running.tick();
      if (d % 10 === 0) running = create();
      clock.advance(day);
    }
    expect(taken).toBe(43);
    expect(new Set(slots().slice(2)).size).toBe(43);
  });

  it('slots of a long sleep that are older than a week are one', async () => {
    const { clock, create, slots } = setup([daily]);
    await create().tick();
    clock.set(start + 30 * day);
    const running = create();
    expect(await running.tick()).toBe(8);
    expect(slots()[0]).toBe(Date.UTC(2026, 9, 2, 3));
    expect(slots()[1]).toBe(Date.UTC(2026, 9, 25, 3));
    expect(await running.tick()).toBe(0);
    expect(await create().tick()).toBe(0);
  });

  it('whatever it does, every slot that really comes is taken, under one id, and a jump brings few', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 100 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ ahead: fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 3 }) }),
      },
      { weight: 1, arbitrary: fc.record({ back: fc.integer({ min: 1, max: 3 }) }) },
      { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
        const { clock, asks, create } = setup([weekly, daily]);
        let running = create();
        let right = start;
        await running.tick();
        for (const each of steps) {
          const before = asks.length;
          if ('restart' in each) running = create();
          else if ('back' in each) {
            clock.set(right - each.back * hour);
            await running.tick();
          } else if ('ahead' in each) {
            for (const hours of each.ahead) {
              clock.set(right + hours * hour);
              await running.tick();
            }
            // Of each schedule one for what is older than a week, and those of a week.
            expect(asks.length - before).toBeLessThanOrEqual(each.ahead.length * (2 + 2 + 8));
          } else {
            for (let h = 0; h < each.pass; h += 2) {
              right += 2 * hour;
              clock.set(right);
              await running.tick();
            }
          }
          clock.set(right);
          await running.tick();
        }
        for (const schedule of [weekly, daily]) {
          const mine = asks.filter(ask => ask.model === schedule.model);
          expect(new Set(mine.map(ask => ask.id)).size).toBe(new Set(mine.map(slotOf)).size);
          const taken = new Set(mine.map(slotOf));
          const due = Array.from(
            { length: Math.ceil((right - start) / day) },
            (_, i) => start - hour + (i + 1) * day,
          ).filter(at => at <= right && (schedule === daily || new Date(at).getUTCDay() === 1));
          expect(due.filter(at => !taken.has(at))).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('schedules', () => {
  const utcDaily = schedules[3]!;

  it('begin when they are first seen, and name themselves in the order', async () => {
    const world = createRetrainingWorld(Date.UTC(2026, 9, 1, 4));
    const desk = await world.restart();
    await desk.arm('utc', 'ann');
    const list = [utcDaily];
    const { slots } = world.stores;
    const running = createSchedules({ slots, schedules: () => list, ask: desk.ask, clock: world.clock });
    expect(await running.tick()).toBe(0);
    world.clock.set(Date.UTC(2026, 10, 1, 3));
    expect(await running.tick()).toBe(1);
    const [order] = world.stores.orders.appended;
    expect(order).toMatchObject({
      state: 'requested',
      trigger: 'schedule',
      by: '0 3 1 * * UTC',
      kind: 'retrain',
    });
    expect(JSON.parse(order!.body)).toMatchObject({
      data: { reason: 'slot 2026-11-01T03:00:00.000Z of the schedule 0 3 1 * * (UTC)', findings: [] },
    });
    // Written otherwise it is another schedule: it does not look back.
    list[0] = { ...utcDaily, cron: '0 4 1 * *' };
    expect(await running.tick()).toBe(0);
  });

  it('one that fails does not hold up the others', async () => {
    const world = createRetrainingWorld(Date.UTC(2026, 9, 1, 4));
    const desk = await world.restart();
    const { slots } = world.stores;
    const running = createSchedules({
      slots,
      schedules: () => [{ ...utcDaily, model: 'bad' }, utcDaily],
      ask: ask => (ask.model === 'bad' ? Promise.reject(new Error('store is away')) : desk.ask(ask)),
      clock: world.clock,
    });
    await running.tick();
    world.clock.set(Date.UTC(2026, 10, 1, 3));
    await expect(running.tick()).rejects.toThrow('store is away');
    expect(world.stores.orders.appended.map(order => order.model)).toEqual(['utc']);
  });

  it('wait while there is no time yet', async () => {
    const world = createRetrainingWorld(0);
    const desk = await world.restart();
    const { slots } = world.stores;
    const running = createSchedules({ slots, schedules: () => schedules, ask: desk.ask, clock: world.clock });
    expect(await running.tick()).toBe(0);
    expect(await slots.last('any')).toBeNull();
  });
});
