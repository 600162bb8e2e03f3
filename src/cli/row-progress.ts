import { Presets, SingleBar } from 'cli-progress';
import type { CliContext } from './context.ts';
import { printable } from './terminal.ts';

export interface RowStep {
  readonly done: number;
  readonly of: number;
  readonly perSecond: number;
  readonly text: string;
}

/** How far a command that moves rows is. */
export interface RowProgress {
  readonly step: (step: RowStep) => void;
  /** A line above the bar. */
  readonly say: (line: string) => void;
  readonly stop: () => void;
}

/** Work that ends sooner needs no bar, milliseconds. */
const patience = 2000;

/** Of nothing counted yet no share can be told. */
export function barFormat(of: number): string {
  return of === 0 ? '{text}' : '{bar} {percentage} % | {value} of {total} rows | {rate} rows/s | {text}';
}

/** A bar with rows a second once the work takes longer; lines alone where nobody reads along. */
export function createRowProgress({ terminal, clock }: CliContext): RowProgress {
  const say = (line: string) => terminal.err(printable(line));
  if (!terminal.interactive) return { step: () => undefined, say, stop: () => undefined };
  const started = clock.now();
  let bar: SingleBar | null = null;
  let shown = '';
  const open = (of: number) => {
    const made = new SingleBar(
      {
        format: barFormat(of),
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        stream: process.stderr,
      },
      Presets.legacy,
    );
    made.start(of, 0, { rate: '-', text: '' });
    return made;
  };
  const close = () => {
    bar?.stop();
    bar = null;
  };
  return {
    step: ({ done, of, perSecond, text }) => {
      if (bar === null && clock.now() - started < patience) return;
      const format = barFormat(of);
      if (format !== shown) close();
      shown = format;
      bar ??= open(of);
      bar.setTotal(of);
      const rate = perSecond > 0 ? Math.round(perSecond).toLocaleString('en-US') : '-';
      bar.update(done, { rate, text: printable(text) });
      bar.render();
    },
    say: line => {
      close();
      say(line);
    },
    stop: close,
  };
}
