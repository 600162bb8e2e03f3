import type { CliContext } from './context.ts';

/** How often a live view is drawn, milliseconds. */
const interval = 2000;

/**
 * Draws again every two seconds in place, until Ctrl-C. Where nobody looks (not a terminal) it draws once. A drawing that
 * fails is shown as its failure, and tried again: the service may be restarting.
 */
export async function liveView(context: CliContext, draw: () => Promise<string>): Promise<void> {
  const { terminal, clock, signals } = context;
  if (terminal.columns === undefined) {
    terminal.out(await draw());
    return;
  }
  const over = new AbortController();
  const end = () => over.abort(new Error('ended'));
  signals.on('SIGINT', end);
  signals.on('SIGTERM', end);
  try {
    while (!over.signal.aborted) {
      const text = await draw().catch((error: Error) => error.message);
      // Home, what is below is cleared afterwards: without it the picture would flicker.
      terminal.out(`\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[K\n\u001b[J`);
      await clock.sleep(interval, over.signal).catch(() => undefined);
    }
  } finally {
    signals.off('SIGINT', end);
    signals.off('SIGTERM', end);
  }
}

/** Clears the terminal before the first drawing. */
export function clearScreen({ terminal }: CliContext): void {
  if (terminal.columns !== undefined) terminal.out('\u001b[2J\u001b[H');
}
