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

/** Slots that came longer ago than this are caught up with as one, milliseconds. */
export const longestPause = 7 * 86_400_000;

/** How far ahead of now the last slot may lie without anything being thought of it, milliseconds. */
const tolerated = 3_600_000;

/** Orders by the calendar; call it about once a second. */
export interface Schedules {
  /** Takes the slots that have come since the last one that was taken. Returns how many. */
  tick(): Promise<number>;
}

/**
 * What is due comes from the last slot that is stored, not from having been awake: after a pause every slot is caught
 * up with, oldest first (those of more than a week ago as one), and a clock that is set back brings none again. A clock
 * that was ahead by more than one slot is told by the last slot lying in the future: then the schedule starts afresh
 * now. The order is stored before the slot, and its id comes from the slot: a crash in between changes nothing.
 */
export function createSchedules(deps: SchedulesDeps): Schedules {
  const read = new Map<string, Slots>();
  const quiet = new Map<string, { readonly from: number; readonly to: number }>();
  const serve = async (schedule: Schedule, now: number): Promise<number> => {
    const id = scheduleId(schedule);
    const rest = quiet.get(id);
    // Before its beginning the clock was set back.
    if (rest !== undefined && rest.from <= now && now < rest.to) return 0;
    const calendar = read.get(id) ?? readCalendar(schedule);
    read.set(id, calendar);
    const { name, last } = await beginOf(deps.slots, { id, now, calendar });
    const take = async (slot: number, upTo = slot) => {
      await deps.ask(askAt(schedule, slot, now));
      await deps.slots.take(name, upTo);
    };
    const recent = Math.max(last, now - longestPause);
    const [old] = calendar.due(last, recent, 1).slots;
    if (old !== undefined) await take(old, recent);
    const { slots, next } = calendar.due(recent, now, slotsPerTick);
    for (const slot of slots) await take(slot);
    quiet.set(id, { from: now, to: next ?? Number.POSITIVE_INFINITY });
    return slots.length + (old === undefined ? 0 : 1);
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

/**
 * How far a schedule has come, and the name that it is stored under: another one (`id/1`, `id/2`, ...) each time it had
 * to start afresh, because what is stored only goes forward. One that is new begins now: what it would have ordered
 * before it was there is nobody's wish.
 */
async function beginOf(
  store: SlotStore,
  { id, now, calendar }: { readonly id: string; readonly now: number; readonly calendar: Slots },
): Promise<{ readonly name: string; readonly last: number }> {
  let name = id;
  let last = await store.last(id);
  for (let count = 1; last !== null; count++) {
    const other = `${id}/${count}`;
    const later = await store.last(other);
    if (later === null && !isAhead(calendar, last, now)) return { name, last };
    [name, last] = [other, later];
  }
  await store.take(name, now);
  return { name, last: now };
}

/** Whether the last slot lies in the future by more than one slot: no clock that was only set back a little does that. */
function isAhead(calendar: Slots, last: number, now: number): boolean {
  return last > now + tolerated && calendar.due(now, last, 2).slots.length === 2;
}

/** A schedule that is written otherwise is another one. */
export function scheduleId({ model, environment, kind, cron, timeZone }: Schedule): string {
  const text = JSON.stringify([model, environment, kind, cron, timeZone]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** What a slot asks for: an order of its own, however often it is asked. */
export function askAt(schedule: Schedule, slot: number, now: number): Ask {
  const { model, environment, kind, cron, timeZone } = schedule;
  return askOf(askId(['schedule', scheduleId(schedule), String(slot)]), {
    kind,
    trigger: 'schedule',
    by: `${cron} ${timeZone}`,
    reason: `slot ${iso(slot)} of the schedule ${cron} (${timeZone})`,
    model,
    environment,
    now,
  });
}
