import { Command, InvalidArgumentError } from 'commander';
import { refusePublicHost } from '../../config/loopback.ts';
import { type Role, roles } from '../../config/roles.ts';
import { type AddCommand, examples, wholeNumber } from '../command.ts';
import { serve } from '../serve.ts';

interface StartOptions {
  readonly config?: string;
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly roles?: Role[];
}

/** `leeway start`: runs the service until a signal. */
export const start: AddCommand = (program, context) => {
  const command = new Command('start')
    .description('run the service')
    .option('--config <file>', 'configuration (docs/configuration.md); without one, the defaults')
    .option('--data <directory>', 'data directory (default: .leeway)')
    .option('--host <address>', 'loopback address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port, 0 is any free one (default: 8080)', wholeNumber(0, 65_535))
    .option('--roles <list>', `parts of the work to take, of ${roles.join(',')} (default: all)`, parseRoles)
    .addHelpText(
      'after',
      examples(
        'leeway start',
        'leeway start --config leeway.yaml --port 9000',
        'leeway start --config leeway.yaml --roles ingest',
      ),
    );
  command.action(async (options: StartOptions) => {
    if (options.host !== undefined) refusePublicHost(options.host);
    const listen = {
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.port === undefined ? {} : { port: options.port }),
    };
    const overrides = { listen, ...(options.data === undefined ? {} : { data: options.data }) };
    // Validation is a third of the time a command takes, and only this one and check-config need it.
    const { loadConfig } = await import('../../config/load.ts');
    const config = loadConfig(options.config ?? null, overrides, context.terminal.environment);
    const app = await context.startApp(config, { roles: options.roles ?? [...roles] });
    const store = config.clickhouse === undefined ? config.data : config.clickhouse.url;
    context.terminal.err(`Leeway listens on ${app.url} (data in ${store}). Ctrl-C stops it.`);
    if (!(await serve(app, context))) context.exit(1);
  });
  program.addCommand(command);
};

function parseRoles(text: string): Role[] {
  const asked = text.split(',').map(part => part.trim());
  const unknown = asked.find(part => !roles.some(role => role === part));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${roles.join(', ')}.`);
  return roles.filter(role => asked.includes(role));
}
