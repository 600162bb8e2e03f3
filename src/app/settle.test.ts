import { expect, test } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { createSettle } from './settle.ts';

const tick = () => new Promise(resolve => setImmediate(resolve));

function start() {
  const clock = createManualClock(0);
  const state = { rounds: 0, inFlight: true, stopping: false };
  const jobs = { round: async () => ({ judged: state.rounds++, sent: 0 }) };
  const settle = createSettle(
    jobs,
    { inFlight: () => state.inFlight },
    { clock, stopping: () => state.stopping },
  );
  const pass = async () => {
    await tick();
    clock.advance(100);
    await tick();
  };
  return { state, settle, pass };
}

test('goes on with rounds while an order is under way', async () => {
  const { state, settle, pass } = start();
  const settled = settle();
  await pass();
  await pass();
  state.inFlight = false;
  await pass();
  await settled;
  expect(state.rounds).toBe(4);
});

test('ends when the service stops, order or not: nothing may run on a store that is closed', async () => {
  const { state, settle, pass } = start();
  const settled = settle();
  await pass();
  state.stopping = true;
  const { rounds } = state;
  await pass();
  await settled;
  expect(state.rounds).toBe(rounds);
});
