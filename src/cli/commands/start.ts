import { Command, InvalidArgumentError } from 'commander';
import { type Role, roles } from '../../config/roles.ts';
import { type AddCommand, collect, examples, wholeNumber } from '../command.ts';
import { serve } from '../serve.ts';

interface StartOptions {
  readonly config: readonly string[];
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly roles?: Role[];
}

/** `leeway start`: runs the service until a signal. */
export const start: AddCommand = (program, context) => {
  const command = new Command('start')
    .description('run the service; SIGHUP has it read its configuration again')
    .option(
      '--config <file>',
      'configuration file or directory (docs/configuration.md); repeatable, later ones win',
      collect,
      [],
    )
    .option('--data <directory>', 'data directory (default: .leeway)')
    .option(
      '--host <address>',
      'address to listen on; other than loopback it needs a key (default: 127.0.0.1)',
    )
    .option('--port <number>', 'port, 0 is any free one (default: 8080)', wholeNumber(0, 65_535))
    .option('--roles <list>', `parts of the work to take, of ${roles.join(',')} (default: all)`, parseRoles)
    .addHelpText(
      'after',
      examples(
        'leeway start',
        'leeway start --config leeway.yaml --port 9000',
        'leeway start --config base.yaml --config conf.d',
        'leeway start --config leeway.yaml --roles ingest',
      ),
    );
  command.action(async (options: StartOptions) => {
    const listen = {
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.port === undefined ? {} : { port: options.port }),
    };
    const overrides = { listen, ...(options.data === undefined ? {} : { data: options.data }) };
    // Validation is a third of the time a command takes, and only this one and check-config need it.
    const { loadConfig } = await import('../../config/load.ts');
    const read = () => loadConfig(options.config, overrides, context.terminal.environment);
    // While it starts a SIGHUP would end the process; what it asks for has just been read.
    const early = () => undefined;
    context.signals.on('SIGHUP', early);
    const config = read();
    const app = await context.startApp(config, { roles: options.roles ?? [...roles] });
    const store = config.clickhouse === undefined ? config.data : config.clickhouse.url;
    context.terminal.err(`Leeway listens on ${app.url} (data in ${store}). Ctrl-C stops it.`);
    const served = serve(app, context, read);
    context.signals.off('SIGHUP', early);
    if (!(await served)) context.exit(1);
  });
  program.addCommand(command);
};

function parseRoles(text: string): Role[] {
  const asked = text.split(',').map(part => part.trim());
  const unknown = asked.find(part => !roles.some(role => role === part));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${roles.join(', ')}.`);
  return roles.filter(role => asked.includes(role));
}
