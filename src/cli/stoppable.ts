import type { CliContext } from './context.ts';

/** Runs work that a signal asks to stop at the next safe place; a second one ends the process at once. */
export async function stoppable<T>(
  context: Pick<CliContext, 'signals' | 'exit'>,
  work: (stop: AbortSignal) => Promise<T>,
  onStop: () => void,
): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return context.exit(130);
    onStop();
    stop.abort(new Error('stopped'));
  };
  context.signals.on('SIGINT', onSignal);
  context.signals.on('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } finally {
    context.signals.off('SIGINT', onSignal);
    context.signals.off('SIGTERM', onSignal);
  }
}
