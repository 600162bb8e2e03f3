import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { retry } from '../lib/retry.ts';
import type { BatchSink, RawBatch } from './ports.ts';

export interface StoringDeps {
  readonly store: BatchSink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
}

/** Waits between attempts to store a batch, milliseconds. */
const storeBackoff = { first: 500, most: 15_000 };

/** Gives the same batch to the store until it is stored, the signal aborts, or the failure is one that cannot pass. */
export async function storeAgain(deps: StoringDeps, batch: RawBatch, signal: AbortSignal): Promise<void> {
  const onRetry = (error: unknown, attempt: number) =>
    deps.events.problemOccurred({
      code: 'LW_STORE_AWAY',
      message: `${batch.source}: batch up to ${batch.lastPosition} not stored (attempt ${attempt}): ${messageOf(error)}`,
    });
  const retriable = (error: unknown) => sinkAction(error) === 'again';
  const { clock, random } = deps;
  await retry({ clock, random, backoff: storeBackoff, signal, retriable, onRetry }, () =>
    deps.store(batch, signal),
  );
}

const programErrors = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** What to do when storing a batch failed: give it again, or end the source (a fatal store, an error of the program). */
export function sinkAction(error: unknown): 'again' | 'end' {
  const failure = error as { name?: unknown; code?: unknown; failure?: unknown };
  if (failure?.failure === 'fatal' || failure?.code === 'LW_STORE_FATAL') return 'end';
  return programErrors.has(String(failure?.name)) ? 'end' : 'again';
}

export function messageOf(error: unknown): string {
  return String((error as Error)?.message ?? error);
}
