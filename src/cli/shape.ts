import type { Argument, Command, Option } from 'commander';

/** A command as completion and the reference page see it. */
export interface CommandShape {
  /** `baseline create`; '' is the program itself. */
  readonly path: string;
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly commands: readonly CommandShape[];
  /** Examples of its help, a line each. */
  readonly examples: readonly string[];
}

/** The commands of a program, read from the program itself. */
export function shapeOf(command: Command, path = ''): CommandShape {
  const help = command.createHelp();
  const children = command.commands.filter(child => child.name() !== 'help');
  return {
    path,
    description: command.description(),
    arguments: command.registeredArguments,
    options: help.visibleOptions(command),
    commands: children.map(child => shapeOf(child, path === '' ? child.name() : `${path} ${child.name()}`)),
    examples: examplesOf(command),
  };
}

/** Lines that `examples` of command.ts has put after the help. */
function examplesOf(command: Command): string[] {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ writeOut: written => void (text += written) }).outputHelp();
  command.configureOutput(before);
  return [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!);
}

/** A command and everything below it, groups before what is in them. */
export function flat(shape: CommandShape): CommandShape[] {
  return [shape, ...shape.commands.flatMap(flat)];
}
