import { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import type { Finding } from '../../config/validate.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples } from '../command.ts';
import { table } from '../table.ts';

/** What is wrong with the files that a configuration names: the service could not start with them. */
async function certificateFindings(config: Config | null): Promise<Finding[]> {
  if (config?.listen.tls === undefined) return [];
  const { readTlsFiles } = await import('../../app/tls-files.ts');
  const read = readTlsFiles(config.listen.tls);
  if ('options' in read) return [];
  return read.problems.map(({ key, message }) => ({
    rule: 'tls-files',
    path: ['listen', 'tls', key],
    message,
  }));
}

/** `leeway check-config FILE...`: what is wrong with a configuration, by line and column; `--show`: what holds. */
export const checkConfigFile: AddCommand = (program, context) => {
  const command = new Command('check-config')
    .description('say what is wrong with configuration files, by line and column')
    .argument('<file...>', 'YAML files or directories of them; later ones win')
    .option('--show', 'print every setting with where it comes from; secrets are hidden')
    .option('--json', 'print JSON, for scripts')
    .addHelpText(
      'after',
      examples(
        'leeway check-config leeway.yaml',
        'leeway check-config leeway.yaml site.yaml --show',
        'leeway check-config conf.d --show --json',
      ),
    );
  command.action(async (files: string[], options: { json?: boolean; show?: boolean }) => {
    const { readConfig, problemText } = await import('../../config/load.ts');
    const { settingsOf } = await import('../../config/effective.ts');
    const { config, origin, ...read } = readConfig(files, context.terminal.environment);
    const problems = [...read.problems, ...(await certificateFindings(config)).map(read.place)];
    const shown = config === null || options.show !== true ? null : settingsOf(config);
    const settings = shown?.map(({ path, name, shown: value }) => ({ name, value, origin: origin(path) }));
    const names = files.join(', ');
    if (options.json === true)
      context.terminal.out(JSON.stringify({ problems, ...(settings && { settings }) }, null, 2));
    else for (const problem of problems) context.terminal.out(problemText(problem));
    if (problems.length > 0) {
      const count = `${problems.length} problem${problems.length > 1 ? 's' : ''}`;
      throw new LeewayError('LW_CONFIG_INVALID', `${names} ${files.length > 1 ? 'have' : 'has'} ${count}.`);
    }
    if (options.json === true) return;
    if (settings !== undefined) {
      const rows = settings.map(s => [s.name, s.value, s.origin]);
      context.terminal.out(table(context, { head: ['setting', 'value', 'from'], rows, nothing: '' }));
    }
    const verdict = files.length > 1 ? 'are right together' : 'is right';
    context.terminal.out(
      `${names} ${verdict}. Next: leeway start ${files.map(f => `--config ${f}`).join(' ')}`,
    );
  });
  program.addCommand(command);
};
