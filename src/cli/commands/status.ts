import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { table, timeText } from '../table.ts';
import { printable } from '../terminal.ts';

interface Progress {
  readonly source: string;
  readonly partition: string;
  readonly position: string;
  readonly watermark: number;
  readonly lag: number;
}

interface Job {
  readonly job: string;
  readonly model: string;
  readonly started: number;
  readonly finished: number;
  readonly outcome: string;
  readonly detail: string;
}

/** `leeway status`: whether it is ready, how far the sources are read, and what the jobs did last. */
export const status: AddCommand = (program, context) => {
  const command = serviceCommand(
    'status',
    'show whether it is ready, how far sources are read and what the jobs did last',
  )
    .addHelpText('after', examples('leeway status', 'leeway status --url http://127.0.0.1:8080'))
    .action(async (options: ServiceOptions) => {
      const service = connect(context, options);
      const { ready, reasons } = await service.readiness();
      const { progress } = await service.get<{ progress: Progress[] }>('/v1/progress');
      const { jobs } = await service.get<{ jobs: Job[] }>('/v1/jobs', { limit: '20' });
      const sources = table(context, {
        head: ['source', 'partition', 'position', 'read up to (UTC)', 'lag'],
        rows: progress.map(p => [p.source, p.partition, p.position, timeText(p.watermark), p.lag]),
        nothing: 'Nothing is read but what HTTP brings.',
      });
      const runs = table(context, {
        head: ['job', 'model', 'started (UTC)', 'seconds', 'outcome', 'detail'],
        rows: jobs.map(j => [
          j.job,
          j.model,
          timeText(j.started),
          (j.finished - j.started) / 1000,
          j.outcome,
          j.detail,
        ]),
        nothing: 'No job has run yet.',
      });
      const state = ready ? 'ready' : `not ready: ${reasons.join('; ')}`;
      print(
        context,
        options,
        { ready, reasons, progress, jobs },
        `${service.url} is ${printable(state)}\n${sources}\n${runs}`,
      );
    });
  program.addCommand(command);
};
