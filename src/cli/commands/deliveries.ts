import { Command, Option } from 'commander';
import { type AddCommand, examples, print, serviceCommand, wholeNumber } from '../command.ts';
import type { CliContext } from '../context.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { userName } from '../user-name.ts';

interface DeliverySummary {
  readonly at: number;
  readonly message: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly status: number;
  readonly detail: string;
  readonly next: number;
  readonly url?: string;
}

interface ListOptions extends ServiceOptions {
  readonly endpoint?: string;
  readonly message?: string;
  readonly outcome?: string;
  readonly limit: number;
}

/** `leeway deliveries list|redeliver`. */
export const deliveries: AddCommand = (program, context) => {
  const group = new Command('deliveries').description('messages that were sent, and sending one again');
  group.addCommand(list(context)).addCommand(redeliver(context));
  program.addCommand(group);
};

function list(context: CliContext): Command {
  return serviceCommand('list', 'attempts to deliver messages, newest first')
    .option('--endpoint <name>', 'only at this receiver')
    .option('--message <id>', 'only of this message, change of an alert (tr_...) or order (or_...)')
    .addOption(
      new Option('--outcome <outcome>', 'only with this outcome').choices([
        'done',
        'retry',
        'failed',
        'disabled',
        'again',
      ]),
    )
    .option('--limit <number>', 'at most so many', wholeNumber(1, 10_000), 50)
    .addHelpText(
      'after',
      examples('leeway deliveries list', 'leeway deliveries list --outcome failed --json'),
    )
    .action(async ({ endpoint, message, outcome, limit, ...options }: ListOptions) => {
      const query = { endpoint, message, outcome, limit: String(limit) };
      const service = connect(context, options);
      const answer = await service.get<{ deliveries: readonly DeliverySummary[] }>('/v1/deliveries', query);
      const rows = answer.deliveries.map(each => [
        timeText(each.at),
        each.message,
        String(each.attempt),
        each.outcome,
        each.status === 0 ? '' : String(each.status),
        each.next === 0 ? '' : timeText(each.next),
        [each.detail, each.url ?? ''].filter(part => part !== '').join(' '),
      ]);
      const head = ['at (UTC)', 'message', 'attempt', 'outcome', 'status', 'next', 'detail'];
      const failed = answer.deliveries.some(each => each.outcome === 'failed');
      const shown = table(context, { head, rows, nothing: 'Nothing was sent that fits.' });
      const next = failed ? `${shown}\nNext: leeway deliveries redeliver MESSAGE` : shown;
      print(context, options, answer, next);
    });
}

function redeliver(context: CliContext): Command {
  return serviceCommand('redeliver', 'send a message once more, with the same id and body')
    .argument('<message>', 'id of the message, as `leeway deliveries list` shows it')
    .option('--by <name>', 'who asks for it', userName())
    .addHelpText('after', examples('leeway deliveries redeliver tr_944d5491f2dda1dc103cfddf08094218_pager'))
    .action(async (message: string, options: ServiceOptions & { by: string }) => {
      const path = `/v1/deliveries/${encodeURIComponent(message)}/redeliver`;
      const answer = await connect(context, options).post(path, { by: options.by });
      const next = `Next: leeway deliveries list --message ${message}`;
      print(context, options, answer, `${message} is sent again within seconds. ${next}`);
    });
}
