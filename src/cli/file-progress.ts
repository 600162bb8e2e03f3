import { Presets, SingleBar } from 'cli-progress';
import type { CliContext } from './context.ts';
import { printable } from './terminal.ts';

/** How far a command is. */
export interface FileProgress {
  readonly step: (step: { readonly done: number; readonly of: number; readonly text: string }) => void;
  readonly stop: () => void;
}

/** Work that ends sooner needs no bar, milliseconds. */
const patience = 2000;

/** A bar on the terminal once the work takes longer; nothing where nobody reads along. */
export function createFileProgress({ terminal, clock }: CliContext): FileProgress {
  if (!terminal.interactive) return { step: () => undefined, stop: () => undefined };
  const started = clock.now();
  let bar: SingleBar | null = null;
  return {
    step: ({ done, of, text }) => {
      if (bar === null && clock.now() - started < patience) return;
      if (bar === null) {
        bar = new SingleBar(
          {
            format: '{bar} {value} of {total} columns | {text}',
            barsize: 24,
            hideCursor: true,
            clearOnComplete: true,
            stream: process.stderr,
          },
          Presets.legacy,
        );
        bar.start(of, done, { text });
      }
      bar.update(done, { text: printable(text) });
      bar.render();
    },
    stop: () => bar?.stop(),
  };
}
