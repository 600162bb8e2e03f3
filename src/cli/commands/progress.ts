import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';

interface Progress {
  readonly source: string;
  readonly partition: string;
  readonly position: string;
  readonly watermark: number;
  readonly lag: number;
  readonly at: number;
}

/** `leeway progress`: how far each partition was read. */
export const progress: AddCommand = (program, context) => {
  const command = serviceCommand('progress', 'list how far each partition of each source was read')
    .option('--source <name>', 'only this source')
    .addHelpText('after', examples('leeway progress', 'leeway progress --source payloads --json'))
    .action(async (options: ServiceOptions & { readonly source?: string }) => {
      const answer = await connect(context, options).get<{ progress: Progress[] }>('/v1/progress');
      const list = answer.progress.filter(({ source }) => (options.source ?? source) === source);
      const rows = list.map(p => [
        p.source,
        p.partition,
        p.position,
        timeText(p.watermark),
        p.lag,
        timeText(p.at),
      ]);
      const head = ['source', 'partition', 'position', 'read up to (UTC)', 'lag', 'told (UTC)'];
      const nothing =
        options.source === undefined
          ? 'Nothing is read but what HTTP brings.'
          : `No partition of a source "${options.source}" was read: leeway progress lists all.`;
      print(context, options, { progress: list }, table(context, { head, rows, nothing }));
    });
  program.addCommand(command);
};
