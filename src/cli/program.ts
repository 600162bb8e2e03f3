import { Command, CommanderError } from 'commander';
import { LeewayError } from '../lib/errors.ts';
import { examples } from './command.ts';
import { commands } from './commands/index.ts';
import type { CliContext } from './context.ts';
import { Outcome } from './outcome.ts';

/** Exit codes: done, failed, called wrongly. */
const exits = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line (without `node` and the script) and returns the exit code. Never throws. */
export async function runCommand(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await buildProgram(context).parseAsync([...args], { from: 'user' });
    return exits.done;
  } catch (error) {
    return report(error, args, context);
  }
}

/** The program with every command. */
export function buildProgram(context: CliContext): Command {
  const { terminal } = context;
  const program = new Command('leeway')
    .description('Watches machine-learning models in production.')
    .version(context.version)
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', examples('leeway start', 'leeway check-config leeway.yaml', 'leeway models'));
  for (const add of commands) add(program, context);
  const settle = (command: Command) => {
    command.exitOverride().configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd()),
    });
    for (const child of command.commands) settle(child);
  };
  settle(program);
  return program;
}

function report(error: unknown, args: readonly string[], { terminal }: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
  if (error instanceof Outcome) return error.exitCode;
  if (error instanceof LeewayError) {
    const usage = error.code === 'LW_USAGE';
    const advice = usage ? `\`leeway ${[...commandOf(args), '--help'].join(' ')}\` shows how.` : error.advice;
    terminal.err(`${error.code}: ${error.message}\n${advice}`);
    return usage ? exits.usage : exits.failed;
  }
  terminal.err(`LW_INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exits.failed;
}

/** The command of a command line: `baseline create` of `baseline create --model churn`. */
function commandOf(args: readonly string[]): readonly string[] {
  const group =
    args[0] === 'baseline' || args[0] === 'baselines' || args[0] === 'retrain' || args[0] === 'keys';
  return args.slice(0, group ? 2 : 1);
}
