import { appendFileSync, writeFileSync } from 'node:fs';
import type { Second, Simulation } from '../app/simulate/simulation.ts';
import { LeewayError } from '../lib/errors.ts';
import { failuresCsv, historyHead, historyLine, statsCsv } from '../simulate/csv.ts';

/** The files of a run. */
export interface RunFiles {
  readonly second: (now: Second, time: number) => void;
  readonly end: (simulation: Simulation) => void;
}

/** Files of `--csv PREFIX`, a line a second while it runs; nothing without a prefix. */
export function createRunFiles(prefix: string | undefined): RunFiles {
  if (prefix === undefined) return { second: () => undefined, end: () => undefined };
  const history = `${prefix}_history.csv`;
  guarded(history, () => writeFileSync(history, `${historyHead}\n`));
  let before = 0;
  return {
    second: ({ tally, users, elapsed }, time) => {
      const line = historyLine(tally, { time, users, seconds: (elapsed - before) / 1000 });
      before = elapsed;
      guarded(history, () => appendFileSync(history, `${line}\n`));
    },
    end: ({ tally, target, milliseconds }) => {
      const files = {
        [`${prefix}_stats.csv`]: statsCsv(tally, target, milliseconds / 1000),
        [`${prefix}_failures.csv`]: failuresCsv(tally, target),
      };
      for (const [path, text] of Object.entries(files)) guarded(path, () => writeFileSync(path, text));
    },
  };
}

function guarded(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new LeewayError('LW_FILE_INVALID', `Cannot write ${path}: ${(error as Error).message}`, error);
  }
}
