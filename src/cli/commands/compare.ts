import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CompareRequest } from '../../app/compare/compare.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples } from '../command.ts';
import { comparisonText } from '../comparison-text.ts';
import type { CliContext } from '../context.ts';
import { createFileProgress } from '../file-progress.ts';
import { Outcome } from '../outcome.ts';

/** Exit code of `--fail-on drift` when something drifted. */
const driftedExit = 3;

interface CompareOptions {
  readonly html?: string;
  readonly json?: string;
  readonly columns?: string[];
  readonly ignore?: string[];
  readonly falseAlarms: number;
  readonly tolerance: number;
  readonly failOn?: string;
}

/** `leeway compare REFERENCE CURRENT`: two files, no service. */
export const compare: AddCommand = (program, context) => {
  const command = new Command('compare')
    .description('compare two files of rows column by column, without a service')
    .argument('<reference>', 'what is normal: CSV, NDJSON or Parquet (.gz is read)')
    .argument('<current>', 'what is to be judged')
    .option('--html <file>', 'write a report with plots, one page that needs nothing else')
    .option('--json <file>', 'write every number as JSON (- is the output)')
    .option('--columns <names>', 'only these columns, with commas between', names)
    .option('--ignore <names>', 'all columns but these', names)
    .option('--false-alarms <number>', 'expected false alarms of the whole comparison', share, 0.05)
    .option('--tolerance <share>', 'share of rows that has to move before it matters', share, 0.02)
    .addOption(
      new Option('--fail-on <what>', 'exit with 3 when a column drifted, is gone or of another type').choices(
        ['drift'],
      ),
    )
    .addHelpText(
      'after',
      examples(
        'leeway compare train.parquet today.parquet --html report.html',
        'leeway compare train.csv today.csv --ignore id,timestamp --fail-on drift',
      ),
    );
  command.action((reference: string, current: string, options: CompareOptions) => {
    const { columns = null, ignore = [], falseAlarms, tolerance } = options;
    return run(context, { reference, current, columns, ignore, falseAlarms, tolerance }, options);
  });
  program.addCommand(command);
};

async function run(context: CliContext, request: CompareRequest, options: CompareOptions): Promise<void> {
  // The engine is loaded only here: the other commands need none.
  const { compareFiles, drifted, page } = await import('../../app/compare/index.ts');
  const progress = createFileProgress(context);
  const comparison = await compareFiles(request, {
    version: context.version,
    now: () => context.clock.now(),
    progress: progress.step,
  }).finally(progress.stop);
  const json = () => JSON.stringify(comparison, null, 2);
  if (options.html !== undefined) write(options.html, page(comparison));
  if (options.json === '-') context.terminal.out(json());
  else {
    if (options.json !== undefined) write(options.json, `${json()}\n`);
    context.terminal.out(comparisonText(context, comparison, options.html ?? null));
  }
  if (options.failOn === 'drift' && drifted(comparison).length > 0) throw new Outcome(driftedExit);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new LeewayError('LW_USAGE', `Cannot write ${path}: ${(error as Error).message}.`, error);
  }
}

function names(text: string): string[] {
  const found = text
    .split(',')
    .map(name => name.trim())
    .filter(Boolean);
  if (found.length === 0) throw new InvalidArgumentError('It must name columns, with commas between.');
  return found;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number above 0, at most 1.');
}
