import { Argument, Command } from 'commander';
import { type AddCommand, examples } from '../command.ts';
import { completionScript, type Shell, shells } from '../completion.ts';
import { shapeOf } from '../shape.ts';

/** `leeway completion bash|zsh|fish`. */
export const completion: AddCommand = (program, context) => {
  const command = new Command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      examples(
        'source <(leeway completion bash)',
        'leeway completion fish > ~/.config/fish/completions/leeway.fish',
      ),
    )
    .action((shell: Shell) => context.terminal.out(completionScript(shell, shapeOf(program)).trimEnd()));
  program.addCommand(command);
};
