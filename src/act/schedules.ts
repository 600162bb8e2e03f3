import { createHash } from 'node:crypto';
import type { Order, OrderKind } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import { type Ask, askOf } from './ask.ts';
import { askId } from './ids.ts';
import { iso } from './links.ts';
import type { SlotStore } from './ports.ts';
import { type Calendar, readCalendar, type Slots } from './slots.ts';

/** An order by the calendar. */
export interface Schedule extends Calendar {
  readonly model: string;
  readonly environment: string;
  readonly kind: OrderKind;
}

export interface SchedulesDeps {
  readonly slots: SlotStore;
  /** Read with every tick: they may change while the service runs. */
  schedules(): readonly Schedule[];
  ask(ask: Ask): Promise<Order>;
  /** Run's clock. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Slots of one schedule that are caught up with in one tick. */
const slotsPerTick = 100;

/** Orders by the calendar; call it about once a second. */
export interface Schedules {
  /** Takes the slots that have come since the last one that was taken. Returns how many. */
  tick(): Promise<number>;
}

/**
 * What is due comes from the last slot that is stored, not from having been awake: after a pause every slot is caught
 * up with, oldest first, and a clock that is set back brings none again. The order is stored before the slot, and its
 * id comes from the slot: a crash in between changes nothing.
 */
export function createSchedules(deps: SchedulesDeps): Schedules {
  const read = new Map<string, Slots>();
  const upcoming = new Map<string, number>();
  const serve = async (schedule: Schedule, now: number): Promise<number> => {
    const id = scheduleId(schedule);
    if (now < (upcoming.get(id) ?? now)) return 0;
    const last = await deps.slots.last(id);
    // A schedule that is new begins now: what it would have ordered before it was there is nobody's wish.
    if (last === null) await deps.slots.take(id, now);
    const calendar = read.get(id) ?? readCalendar(schedule);
    read.set(id, calendar);
    const { slots, next } = calendar.due(last ?? now, now, slotsPerTick);
    for (const slot of slots) {
      await deps.ask(askAt(schedule, id, slot, now));
      await deps.slots.take(id, slot);
    }
    upcoming.set(id, next ?? Number.POSITIVE_INFINITY);
    return slots.length;
  };
  return {
    tick: async () => {
      const now = deps.clock.now();
      if (!(now > 0)) return 0;
      let taken = 0;
      let failure: unknown = null;
      for (const schedule of deps.schedules()) {
        try {
          taken += await serve(schedule, now);
        } catch (error) {
          failure ??= error;
        }
      }
      if (failure !== null) throw failure;
      return taken;
    },
  };
}

/** A schedule that is written otherwise is another one. */
export function scheduleId({ model, environment, kind, cron, timeZone }: Schedule): string {
  const text = JSON.stringify([model, environment, kind, cron, timeZone]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function askAt(schedule: Schedule, id: string, slot: number, now: number): Ask {
  const { model, environment, kind, cron, timeZone } = schedule;
  return askOf(askId(['schedule', id, String(slot)]), {
    kind,
    trigger: 'schedule',
    by: `${cron} ${timeZone}`,
    reason: `slot ${iso(slot)} of the schedule ${cron} (${timeZone})`,
    model,
    environment,
    now,
  });
}
