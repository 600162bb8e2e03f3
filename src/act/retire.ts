import { type Change, changed, type Decision } from './change.ts';
import { closedPast, emptyLength, type Memory } from './memory.ts';
import type { Policy } from './policy.ts';

/** An alert whose policy is no longer there for its stream: what is open ends. Null when nothing is. */
export function retire(memory: Memory, policy: Policy, now: number): Decision | null {
  const state = memory.state === 'paused' ? memory.before : memory.state;
  if (state === 'ok' && memory.state !== 'paused' && memory.announced === 'ok') return null;
  const tell = memory.announced === 'firing';
  // Windows up to here are not decided on again, should the policy come back.
  const ends = Object.entries(memory.lengths).map(([key, { lastEnd }]) => [
    key,
    { ...emptyLength, lastEnd, released: true },
  ]);
  const lengths = Object.fromEntries(ends) as Memory['lengths'];
  const over: Memory = {
    ...memory,
    state: 'ok',
    before: 'ok',
    lengths,
    inhibitedBy: [],
    past: closedPast(lengths),
  };
  const kind = state === 'firing' ? 'resolved' : tell ? 'announced-ok' : 'passed';
  const change: Change = { kind, from: memory.state, to: 'ok', notify: tell };
  return changed(over, { policy, context: { now, promotion: null } }, change, 'policy-removed');
}
