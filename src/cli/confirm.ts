import { createInterface } from 'node:readline/promises';
import { LeewayError } from '../lib/errors.ts';
import type { CliContext } from './context.ts';

/** Asks before something is removed. Without people at the terminal --yes must have been given. */
export async function confirmed(context: CliContext, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!context.terminal.interactive)
    throw new LeewayError(
      'LW_USAGE',
      'Nobody is asked here: give --yes to do it, or --dry-run to only look.',
    );
  const lines = createInterface({ input: context.stdin ?? process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
