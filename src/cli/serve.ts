import type { Config } from '../config/schema.ts';
import type { AppHandle } from './app-handle.ts';
import type { CliContext } from './context.ts';

/** Longest graceful stop, milliseconds. */
const stopMs = 10_000;

/**
 * Runs until a signal or a failure, then stops within 10 s; a second signal ends the process at once. SIGHUP has the
 * configuration read again.
 * @returns whether it stopped in time. Rejects with what made the service fail.
 */
export async function serve(app: AppHandle, context: CliContext, read: () => Config): Promise<boolean> {
  const { signals, terminal, exit } = context;
  let asked = 0;
  let wake: () => void = () => {};
  const signalled = new Promise<void>(resolve => {
    wake = resolve;
  });
  const onSignal = () => {
    asked++;
    if (asked > 1) exit(130);
    else wake();
  };
  const onHangUp = () => app.reload(read);
  signals.on('SIGHUP', onHangUp);
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
  try {
    await Promise.race([signalled, app.failed]);
    terminal.err('Stopping; once more ends it at once.');
    return await stopInTime(app, context);
  } catch (error) {
    await stopInTime(app, context);
    throw error;
  } finally {
    signals.off('SIGHUP', onHangUp);
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
  }
}

async function stopInTime(app: AppHandle, { clock, terminal }: CliContext): Promise<boolean> {
  const done = new AbortController();
  const late = clock.sleep(stopMs, done.signal).then(
    () => false,
    () => true,
  );
  const stopped = app.stop().then(
    () => true,
    (error: unknown) => {
      terminal.err(`A part did not stop well: ${String(error)}`);
      return false;
    },
  );
  const inTime = await Promise.race([stopped, late]);
  done.abort(new Error('stopped'));
  if (!inTime)
    terminal.err(
      'Not everything stopped in time. Nothing stored is lost; the rest is read again at the next start.',
    );
  return inTime;
}
