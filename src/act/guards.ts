import { doubtsOf, type Memory } from './memory.ts';

/** Why an order is not given: a closed list. All but `dry-run` may pass by themselves while the episode lasts. */
export const refusals = [
  'not-model-drift',
  'not-calibrated',
  'blind',
  'data-quality',
  'too-few-rows',
  'in-flight',
  'cooldown',
] as const;
export type Refusal = (typeof refusals)[number];

export interface GuardState {
  readonly memory: Memory;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Rows since the change was first seen, and how many a retraining needs. */
  readonly newRows: number;
  readonly leastRows: number;
  /** Another order of the model has not come to an end. */
  readonly inFlight: boolean;
  /** When the model's last order was cleared for sending, run's clock; null = never. */
  readonly lastRequested: number | null;
  /** Milliseconds. */
  readonly cooldown: number;
}

/**
 * The guard rails, in order: retraining must be able to help, the data must not be in doubt, one order at a time, and
 * not too often. Null when an order may go out.
 */
export function refusalOf(state: GuardState): { readonly reason: Refusal; readonly detail: string } | null {
  const doubts = doubtsOf(state.memory);
  if (!state.memory.remedial)
    return { reason: 'not-model-drift', detail: 'what was found is not remedied by retraining' };
  if (!state.memory.calibrated)
    return {
      reason: 'not-calibrated',
      detail: 'the noise of the stream is not known well enough yet: 28 days of history are needed',
    };
  if (doubts.includes('blind')) return { reason: 'blind', detail: 'not all data could be read' };
  if (doubts.length > 0)
    return {
      reason: 'data-quality',
      detail: `data in doubt: ${doubts.slice(0, 5).join(', ')}`.slice(0, 300),
    };
  if (state.newRows < state.leastRows)
    return {
      reason: 'too-few-rows',
      detail: `${state.newRows} of ${state.leastRows} rows since the change was first seen`,
    };
  if (state.inFlight) return { reason: 'in-flight', detail: 'an order of this model is under way' };
  if (state.lastRequested !== null && state.now < state.lastRequested + state.cooldown) {
    const hours = Math.ceil((state.lastRequested + state.cooldown - state.now) / 3_600_000);
    return { reason: 'cooldown', detail: `next order possible in ${hours} h` };
  }
  return null;
}
