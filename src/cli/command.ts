import { Command, InvalidArgumentError } from 'commander';
import { windowLengths } from '../domain/window.ts';
import type { CliContext } from './context.ts';
import type { ServiceOptions } from './service.ts';

/** Adds one command (or a group of them) to the program. */
export type AddCommand = (program: Command, context: CliContext) => void;

/** A command with the options of every command that talks to a running service. */
export function serviceCommand(name: string, description: string): Command {
  return serviceOptions(new Command(name).description(description));
}

/** The options of every command that talks to a running service. */
export function serviceOptions(command: Command): Command {
  return command
    .option('--url <address>', 'address of the service (default: from the data directory)')
    .option('--data <directory>', 'data directory of the service', '.leeway')
    .option('--key-file <file>', 'file with the API key (default: LEEWAY_API_KEY, or none on this machine)')
    .option('--json', 'print JSON, for scripts');
}

/** Lines shown under --help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;
}

/** Prints an answer: as JSON when asked to, else as people read it. */
export function print(context: CliContext, options: ServiceOptions, answer: unknown, text: string): void {
  context.terminal.out(options.json === true ? JSON.stringify(answer, null, 2) : text);
}

/** A whole number from `least` to `most`, as a parser of an option. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** One of these numbers, as a parser of an option. */
export function oneNumberOf(choices: readonly number[]): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\d+$/.test(text) && choices.includes(value)) return value;
    throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
  };
}

/** One of these names, as a parser of an option. */
export function oneNameOf(choices: readonly string[]): (text: string) => string {
  return text => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
  };
}

/** Lengths of windows in hours. */
export const windowHours: readonly number[] = windowLengths.map(seconds => seconds / 3600);

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Path of a model. */
export function modelPath(model: string, rest = ''): string {
  return `/v1/models/${encodeURIComponent(model)}${rest}`;
}
