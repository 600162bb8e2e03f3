import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';

interface Job {
  readonly job: string;
  readonly model: string;
  readonly started: number;
  readonly finished: number;
  readonly outcome: string;
  readonly detail: string;
}

/** `leeway jobs`: what the scheduled work did last. */
export const jobs: AddCommand = (program, context) => {
  const command = serviceCommand('jobs', 'list the last run of every scheduled job, newest first')
    .option('--failed', 'only those whose last run failed')
    .addHelpText('after', examples('leeway jobs', 'leeway jobs --failed --json'))
    .action(async (options: ServiceOptions & { readonly failed?: boolean }) => {
      const answer = await connect(context, options).get<{ jobs: Job[] }>('/v1/jobs', { limit: '10000' });
      const list = answer.jobs.filter(({ outcome }) => options.failed !== true || outcome === 'failed');
      const rows = list.map(j => [
        j.job,
        j.model,
        timeText(j.started),
        (j.finished - j.started) / 1000,
        j.outcome,
        j.detail,
      ]);
      const head = ['job', 'model', 'started (UTC)', 'seconds', 'outcome', 'detail'];
      const nothing = options.failed === true ? 'No job fails.' : 'No job has run yet.';
      print(context, options, { jobs: list }, table(context, { head, rows, nothing }));
    });
  program.addCommand(command);
};
