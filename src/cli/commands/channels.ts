import { Command, InvalidArgumentError, Option } from 'commander';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { confirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { userName } from '../user-name.ts';

interface ReceiverSummary {
  readonly name: string;
  readonly type: string;
  readonly takes: string;
  readonly origin: string;
  readonly host: string;
  readonly state: string;
  readonly breaker: { readonly state: string; readonly failures: number; readonly until: number };
  readonly secrets: readonly { readonly id: string; readonly ends: number | null }[];
}

interface ByOptions extends ServiceOptions {
  readonly by: string;
}

/** `leeway channels create|list|rotate|remove|enable`. */
export const channels: AddCommand = (program, context) => {
  const group = new Command('channels').description(
    'receivers of alerts and orders: list, keep, rotate, enable',
  );
  for (const add of [list, create, rotate, enable, remove]) group.addCommand(add(context));
  program.addCommand(group);
};

function list(context: CliContext): Command {
  return serviceCommand('list', 'receivers of the configuration and stored ones, and how they do')
    .addHelpText('after', examples('leeway channels list', 'leeway channels list --json'))
    .action(async (options: ServiceOptions) => {
      const answer = await connect(context, options).get<{ receivers: readonly ReceiverSummary[] }>(
        '/v1/receivers',
      );
      const rows = answer.receivers.map(each => [
        each.name,
        each.type,
        each.takes,
        each.origin,
        each.host,
        stateText(each),
        each.secrets.map(({ id, ends }) => (ends === null ? id : `${id} until ${timeText(ends)}`)).join(', '),
      ]);
      const head = ['name', 'type', 'takes', 'from', 'host', 'state', 'secrets'];
      const nothing = 'Nobody is told of alerts. Next: leeway channels create NAME ADDRESS';
      print(context, options, answer, table(context, { head, rows, nothing }));
    });
}

function stateText({ state, breaker }: ReceiverSummary): string {
  if (state === 'disabled') return 'disabled (answered 410)';
  if (state === 'unreadable') return 'unreadable (no key opens it)';
  if (breaker.state === 'open')
    return `left alone until ${timeText(breaker.until)} (${breaker.failures} failures)`;
  if (breaker.state === 'half-open') return `tried with one message (${breaker.failures} failures)`;
  return breaker.failures === 0 ? 'active' : `active (${breaker.failures} failures)`;
}

function create(context: CliContext): Command {
  return serviceCommand(
    'create',
    'keep a receiver of alerts; its address and secret are encrypted in the store',
  )
    .argument('<name>', 'name of the receiver')
    .argument('<address>', 'where to POST; - reads it from standard input, so that no shell remembers it')
    .addOption(
      new Option('--type <type>', 'how it is told').choices(['webhook', 'slack', 'teams']).default('webhook'),
    )
    .option('--by <name>', 'who decides', userName())
    .addHelpText(
      'after',
      examples(
        'leeway channels create pager https://example.com/hooks/leeway',
        'leeway channels create chat - --type slack < address.txt',
      ),
    )
    .action(async (name: string, address: string, options: ByOptions & { type: string }) => {
      const url = address === '-' ? await readLine(context) : address;
      const { type, by } = options;
      const service = connect(context, options);
      const answer = await service.post<{ secret: string | null }>('/v1/receivers', {
        name,
        type,
        url,
        by,
      });
      if (options.json === true || answer.secret === null)
        return print(context, options, answer, `${name} is kept. Next: leeway channels list`);
      // The secret alone on standard output, so that a shell can take it.
      context.terminal.out(answer.secret);
      context.terminal.err(
        `${name} is kept. This is the secret its messages are signed with; it is not shown again.\nNext: leeway channels list`,
      );
    });
}

function rotate(context: CliContext): Command {
  return serviceCommand(
    'rotate',
    'give a stored receiver another secret; the old one signs besides for a while',
  )
    .argument('<name>', 'the receiver')
    .option('--hours <number>', 'how long the old one signs besides', hoursOf, 24)
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples('leeway channels rotate pager', 'leeway channels rotate pager --hours 0'))
    .action(async (name: string, options: ByOptions & { hours: number }) => {
      const { hours, by } = options;
      const path = `/v1/receivers/${encodeURIComponent(name)}/rotate`;
      const answer = await connect(context, options).post<{ secret: string; until: number }>(path, {
        hours,
        by,
      });
      if (options.json === true) return print(context, options, answer, '');
      context.terminal.out(answer.secret);
      context.terminal.err(
        `This is the new secret of ${name}; it is not shown again. The one before signs besides until ${timeText(answer.until)}.\nNext: give it to the receiver before then, and look at leeway channels list`,
      );
    });
}

function enable(context: CliContext): Command {
  return serviceCommand(
    'enable',
    'send again to a receiver that has answered 410, from where it was switched off',
  )
    .argument('<name>', 'the receiver')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples('leeway channels enable pager'))
    .action(async (name: string, options: ByOptions) => {
      const path = `/v1/receivers/${encodeURIComponent(name)}/enable`;
      const answer = await connect(context, options).post(path, { by: options.by });
      print(
        context,
        options,
        answer,
        `${name} is sent to again. Next: leeway deliveries list --endpoint ${name}`,
      );
    });
}

function remove(context: CliContext): Command {
  return serviceCommand('remove', 'remove a stored receiver; it is told nothing any more')
    .argument('<name>', 'the receiver')
    .option('--yes', 'do not ask')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples('leeway channels remove pager --yes'))
    .action(async (name: string, options: ByOptions & { yes?: boolean }) => {
      if (!(await confirmed(context, `Remove receiver ${name}?`, options.yes === true))) return;
      const path = `/v1/receivers/${encodeURIComponent(name)}/remove`;
      const answer = await connect(context, options).post(path, { by: options.by });
      print(context, options, answer, `${name} is removed. Next: leeway channels list`);
    });
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && hours <= 8760) return hours;
  throw new InvalidArgumentError('It must be a number of hours from 0 to 8760.');
}

async function readLine(context: CliContext): Promise<string> {
  let text = '';
  for await (const chunk of context.stdin ?? process.stdin) text += String(chunk);
  const line = text.trim();
  if (/^https?:\/\/\S+$/.test(line)) return line;
  throw new LeewayError(
    'LW_USAGE',
    'Standard input must hold one address that begins with http:// or https://.',
  );
}
