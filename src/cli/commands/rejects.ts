import { Option } from 'commander';
import { rejectReasons } from '../../domain/reject.ts';
import { type AddCommand, examples, print, serviceCommand, wholeNumber } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';

interface Answer {
  readonly rejects: readonly {
    source: string;
    position: string;
    at: number;
    reason: string;
    detail: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
}

interface RejectsOptions extends ServiceOptions {
  readonly reason?: string;
  readonly source?: string;
  readonly limit: number;
}

/** `leeway rejects`: records that could not be used. */
export const rejects: AddCommand = (program, context) => {
  const command = serviceCommand('rejects', 'list records that could not be used, newest first')
    .addOption(new Option('--reason <reason>', 'only this reason').choices(rejectReasons))
    .option('--source <name>', 'only this source')
    .option('--limit <number>', 'at most so many', wholeNumber(1, 10_000), 50)
    .addHelpText('after', examples('leeway rejects', 'leeway rejects --reason bad-time --json'))
    .action(async ({ reason, source, limit, ...options }: RejectsOptions) => {
      const query = { reason, source, limit: String(limit) };
      const answer = await connect(context, options).get<Answer>('/v1/rejects', query);
      const rows = answer.rejects.map(r => [timeText(r.at), r.source, r.position, r.reason, r.detail]);
      const head = ['at (UTC)', 'source', 'position', 'reason', 'detail'];
      const counted = Object.entries(answer.counts);
      const nothing =
        counted.length === 0
          ? 'No rejects.'
          : 'No reject fits. Leave out --reason and --source to see all; these are kept:';
      const list = table(context, { head, rows, nothing });
      const counts = table(context, { head: ['reason', 'kept'], rows: counted, nothing: '' });
      print(context, options, answer, counts === '' ? list : `${list}\n${counts}`);
    });
  program.addCommand(command);
};
