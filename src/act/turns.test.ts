import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Finding } from '../domain/finding.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createActor } from './actor.ts';
import { createLinks } from './links.ts';
import { defaultPolicy } from './policy.ts';
import { judged } from './samples.ts';
import { createActTwins } from './twins.ts';

const hour = 3600;
const base = 1_000 * hour;
const verdicts: readonly Partial<Finding>[] = [
  { verdict: 'stable' },
  { verdict: 'drift', effect: 0.3 },
  { verdict: 'drift', effect: 0.02 },
  { verdict: 'insufficient' },
  { verdict: 'blind' },
];

/** Actors that live on take turns over one store; each begins its turn with recovery, as an elected leader does. */
async function inTurns(windows: readonly Partial<Finding>[], turns: readonly number[]) {
  const stores = createActTwins({ now: () => 0 });
  stores.addActivation('churn', 0);
  const make = () =>
    createActor({
      alerts: stores.alerts,
      orders: { consider: async () => null },
      policiesOf: () => [defaultPolicy],
      links: createLinks('http://127.0.0.1:8080/'),
      events: createRecordedEvents(),
    });
  const actors = [make(), make()];
  let turn = -1;
  for (const [i, finding] of windows.entries()) {
    const window = judged(base + i * hour, hour, [finding]);
    const now = () => (window.windowStart + window.windowSeconds) * 1000 + 600_000;
    const next = turns[i % turns.length] ?? 0;
    if (next !== turn) await actors[next]!.recover(now);
    turn = next;
    stores.addWindow(window);
    await actors[turn]!.handle([window], now);
  }
  return [...stores.alerts.transitions.values()].map(t => ({ ...t, memory: '' }));
}

it('actors that take turns write what one alone would have written', async () => {
  const input = fc.record({
    windows: fc.array(fc.constantFrom(...verdicts), { minLength: 1, maxLength: 20 }),
    turns: fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ windows, turns }) => {
      expect(await inTurns(windows, turns)).toEqual(await inTurns(windows, [0]));
    }),
    { numRuns: 200 },
  );
});
