import { expect, it } from 'vitest';
import { askOf } from './ask.ts';
import type { Promotion } from './ports.ts';
import { createRetrainingWorld } from './retraining-world.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 9, 1);

/** Order A is held by its gate; B is ordered later and promoted. */
async function setup() {
  const world = createRetrainingWorld(start);
  const promotions: Promotion[] = [];
  const outcomes: Record<string, 'gate-passed' | 'gate-held-no-labels' | 'gate-held-too-few-labels'> = {};
  const desk = await world.restart({
    promoter: {
      promote: async promotion => (promotions.push(promotion), promotion.baseline ?? 0),
      gate: async ({ version }) => ({ outcome: outcomes[version] ?? 'gate-passed', detail: '' }) as never,
    },
  });
  await desk.arm('churn', 'ann');
  const order = async (id: string, version: string, baseline: number) => {
    const { state } = await desk.ask(
      askOf(id, {
        kind: 'retrain',
        trigger: 'manual',
        by: 'ann',
        reason: 'law',
        model: 'churn',
        environment: 'prod',
        now: world.clock.now(),
      }),
    );
    expect(state).toBe('requested');
    world.clock.advance(hour);
    return (await desk.receive(id, { event_id: 'e', state: 'succeeded', version, baseline })).order!;
  };
  const look = async () => {
    for (let i = 0; i < 130; i++) {
      world.clock.advance(2000);
      await desk.tick();
    }
  };
  const stateOf = async (id: string) => (await world.stores.orders.latest(id))!;
  return { world, desk, promotions, outcomes, order, look, stateOf };
}

it('an order that waits for its gate ends when a newer one of its stream is promoted', async () => {
  const { world, desk, promotions, outcomes, order, look, stateOf } = await setup();
  outcomes['v2'] = 'gate-held-no-labels';
  expect((await order('or_a', 'v2', 2)).state).toBe('succeeded');
  outcomes['v2'] = 'gate-held-too-few-labels';
  world.clock.advance(30 * hour);
  await look();
  expect((await order('or_b', 'v3', 3)).state).toBe('promoted');
  expect(await stateOf('or_a')).toMatchObject({
    state: 'cancelled',
    reason: 'superseded: order or_b was made later and is promoted',
  });
  outcomes['v2'] = 'gate-passed';
  await look();
  expect(await desk.promote('or_a', { by: 'ann', newestRows: false })).toBeNull();
  expect(promotions.map(({ baseline }) => baseline)).toEqual([3]);
});

it('one that waits for its gate is active from its success, not from when it passed', async () => {
  const { promotions, outcomes, order, look, stateOf } = await setup();
  outcomes['v2'] = 'gate-held-no-labels';
  await order('or_a', 'v2', 2);
  outcomes['v2'] = 'gate-held-too-few-labels';
  await look();
  outcomes['v2'] = 'gate-passed';
  await look();
  expect((await stateOf('or_a')).state).toBe('promoted');
  expect(promotions).toMatchObject([{ from: start + hour }]);
});
