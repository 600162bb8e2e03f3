import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type OrderKind, orderKinds } from '../domain/order.ts';
import { askOf } from './ask.ts';
import type { Rails } from './guards.ts';
import { createRetrainingWorld, usualRails } from './retraining-world.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 9, 1);

/** What may happen next: somebody asks, a receiver reports, time passes (also backwards), the process is killed. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('ask' as const), kind: fc.constantFrom(...orderKinds) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('step-back' as const), hours: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('report' as const),
      state: fc.constantFrom('accepted', 'running', 'succeeded', 'failed'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom('restart', 'tick', 'stop', 'start', 'cancel') }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const rails: Record<OrderKind, Rails> = {
  retrain: { ...usualRails, cooldown: 6 * hour, perDay: 2, per30Days: 5 },
  rebuild: { ...usualRails, cooldown: 12 * hour, perDay: 1, per30Days: 3 },
};

async function live(happenings: readonly Happening[]) {
  const world = createRetrainingWorld(start);
  const over = { rails: (kind: OrderKind) => rails[kind] };
  let desk = await world.restart(over);
  await desk.arm('churn', 'ann');
  let stopped = false;
  let newest = '';
  let asked = 0;
  for (const each of happenings) {
    if (each.what === 'pass') world.clock.advance(each.hours * hour);
    else if (each.what === 'step-back') world.clock.set(world.clock.now() - each.hours * hour);
    else if (each.what === 'restart') desk = await world.restart(over);
    else if (each.what === 'tick') await desk.tick();
    else if (each.what === 'cancel') await desk.cancel(newest, 'ann');
    else if (each.what === 'report')
      await desk.receive(newest, {
        event_id: `e${world.stores.orders.appended.length}`,
        state: each.state as 'accepted',
        version: '2',
        baseline: 2,
      });
    else if (each.what === 'ask') {
      const underWay = await world.stores.orders.inStates(['requested', 'sent', 'accepted', 'running']);
      const order = await desk.ask(
        askOf(`or_${asked++}`, {
          kind: each.kind,
          trigger: 'manual',
          by: 'ann',
          reason: 'law',
          model: 'churn',
          environment: 'prod',
          now: world.clock.now(),
        }),
      );
      if (order.state !== 'requested') continue;
      expect(stopped).toBe(false);
      expect(underWay).toEqual([]);
      newest = order.id;
    } else {
      stopped = each.what === 'stop';
      await desk.stop(stopped, 'ann', '');
    }
  }
  return world.stores.orders.appended;
}

it('no history of asks, reports, restarts and clock steps gets more orders out than the limits', async () => {
  let ordered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 80, size: 'max' }), async happenings => {
      const steps = await live(happenings);
      for (const kind of orderKinds) {
        const times = steps.filter(s => s.kind === kind && s.state === 'requested').map(s => s.at);
        ordered += times.length;
        const sorted = [...times].sort((a, b) => a - b);
        for (const [i, at] of sorted.entries()) {
          const within = (span: number) => sorted.slice(0, i + 1).filter(each => each > at - span).length;
          expect(within(day)).toBeLessThanOrEqual(rails[kind].perDay);
          expect(within(30 * day)).toBeLessThanOrEqual(rails[kind].per30Days);
          if (i > 0) expect(at - sorted[i - 1]!).toBeGreaterThanOrEqual(rails[kind].cooldown);
        }
      }
      // The steps of an order are numbered without gaps, and none is written twice.
      const last = new Map<string, number>();
      for (const { id, step } of steps) {
        expect(step).toBe((last.get(id) ?? 0) + 1);
        last.set(id, step);
      }
    }),
    { numRuns: 150 },
  );
  expect(ordered).toBeGreaterThan(200);
});
