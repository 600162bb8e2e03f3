import { Command } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples } from '../command.ts';

/** `leeway check-config FILE`: what is wrong with a configuration, by line and column. */
export const checkConfigFile: AddCommand = (program, context) => {
  const command = new Command('check-config')
    .description('say what is wrong with a configuration file, by line and column')
    .argument('<file>', 'YAML file')
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', examples('leeway check-config leeway.yaml'));
  command.action(async (file: string, options: { json?: boolean }) => {
    const { checkConfig, problemText, readText } = await import('../../config/load.ts');
    const problems = checkConfig(readText(file), context.terminal.environment);
    if (options.json === true) context.terminal.out(JSON.stringify({ problems }, null, 2));
    else for (const problem of problems) context.terminal.out(problemText(problem, file));
    if (problems.length > 0) {
      throw new LeewayError(
        'LW_CONFIG_INVALID',
        `${file} has ${problems.length} problem${problems.length > 1 ? 's' : ''}.`,
      );
    }
    if (options.json !== true) context.terminal.out(`${file} is right.`);
  });
  program.addCommand(command);
};
