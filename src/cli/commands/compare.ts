import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { CompareRequest } from '../../app/compare/compare.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples } from '../command.ts';
import { comparisonText } from '../comparison-text.ts';
import type { CliContext } from '../context.ts';
import { createFileProgress } from '../file-progress.ts';
import { Outcome } from '../outcome.ts';

/** Exit code of `--fail-on` when a column is what it names. */
const failedExit = 3;

const reasonsToFail = ['drift', 'insufficient'] as const;
type ReasonToFail = (typeof reasonsToFail)[number];

interface CompareOptions {
  readonly html?: string;
  readonly json?: string;
  readonly columns?: string[];
  readonly ignore?: string[];
  readonly falseAlarms: number;
  readonly tolerance: number;
  readonly failOn?: ReasonToFail[];
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
    .option(
      '--fail-on <what>',
      'exit with 3 on drift (a column drifted, is gone or of another type) or insufficient (too few rows to tell)',
      failOn,
    )
    .addHelpText(
      'after',
      examples(
        'leeway compare train.parquet today.parquet --html report.html',
        'leeway compare train.csv today.csv --ignore id,timestamp --fail-on drift,insufficient',
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
  const { compareFiles, page, whyNotCompared } = await import('../../app/compare/index.ts');
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
  const reason = whyNotCompared(comparison);
  if (reason !== null) throw new LeewayError('LW_FILE_INVALID', `No column could be compared: ${reason}.`);
  const fails = (verdict: string) => (options.failOn ?? []).some(what => what === verdict);
  if (comparison.columns.some(column => fails(column.verdict))) throw new Outcome(failedExit);
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
  if (found.length === 0) throw new InvalidArgumentError('It must hold names, with commas between.');
  return found;
}

/** Names with commas between; the option may be given again. */
function failOn(text: string, before: readonly ReasonToFail[] = []): ReasonToFail[] {
  return names(text).reduce<ReasonToFail[]>(
    (all, name) => {
      const known = reasonsToFail.find(reason => reason === name);
      if (known === undefined) throw new InvalidArgumentError(`It must be of ${reasonsToFail.join(', ')}.`);
      return [...all, known];
    },
    [...before],
  );
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number above 0, at most 1.');
}
