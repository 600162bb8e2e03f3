import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import { fileReason } from '../../lib/file-reason.ts';
import type { FoundFile, Mismatch, VectorReport } from '../../vectors/run.ts';
import { type AddCommand, examples } from '../command.ts';
import { Outcome } from '../outcome.ts';
import { printable } from '../terminal.ts';

/** `leeway vectors DIR`: checks the statistics of this program against reference values of others. */
export const vectors: AddCommand = (program, context) => {
  const command = new Command('vectors')
    .description('check the statistics of this program against files of reference values')
    .argument('<directory>', 'holds the files (*.json)')
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', examples('leeway vectors test/vectors', 'leeway vectors test/golden'));
  command.action(async (directory: string, options: { json?: boolean }) => {
    const { nothingChecked, runVectors } = await import('../../vectors/run.ts');
    const report = runVectors(filesOf(directory));
    if (options.json === true) context.terminal.out(JSON.stringify(report, spelled, 2));
    else for (const line of linesOf(report)) context.terminal.out(printable(line));
    if (nothingChecked(report))
      throw new LeewayError('LW_USAGE', `Nothing was checked: no file in ${directory} holds a known case.`);
    if (report.failed > 0) throw new Outcome(1);
  });
  program.addCommand(command);
};

/** The JSON files of a folder, in order of name. */
function filesOf(directory: string): FoundFile[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter(name => name.endsWith('.json'));
  } catch (error) {
    throw new LeewayError(
      'LW_USAGE',
      `The directory ${directory} cannot be read: ${fileReason(error)}. Give one that holds *.json files.`,
      error,
    );
  }
  if (names.length === 0) throw new LeewayError('LW_USAGE', `${directory} holds no *.json file.`);
  return names.sort().map(name => {
    try {
      return { name, text: readFileSync(join(directory, name), 'utf8') };
    } catch (error) {
      return { name, problem: `cannot be read: ${fileReason(error)}` };
    }
  });
}

function linesOf(report: VectorReport): string[] {
  return [
    ...report.files.map(
      ({ name, cases, agreeing, failed }) =>
        `${name}: ${counted(cases, 'case')}, ${counted(agreeing, 'value')} ${agreeing === 1 ? 'agrees' : 'agree'}` +
        (failed === 0 ? '' : `, ${failed} failed`),
    ),
    ...report.mismatches.map(mismatchText),
    ...report.broken,
    ...report.unchecked.map(({ what, cases }) => `not checked: ${what} (${counted(cases, 'case')})`),
    `${report.passed} passed, ${report.failed} failed`,
  ];
}

function mismatchText({ file, id, key, expected, got, relative }: Mismatch): string {
  const error = relative === null ? '' : `, relative error ${relative.toExponential(1)}`;
  return `${file} ${id} ${key}: expected ${textOf(expected)}, got ${textOf(got)}${error}`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function textOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value, spelled) ?? String(value));
}

/** JSON has no word for these numbers. */
function spelled(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
