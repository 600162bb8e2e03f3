import { Command, InvalidArgumentError } from 'commander';
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

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Path of a model. */
export function modelPath(model: string, rest = ''): string {
  return `/v1/models/${encodeURIComponent(model)}${rest}`;
}
