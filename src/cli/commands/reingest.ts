import { Command } from 'commander';
import type { ReingestPlan, ReingestResult } from '../../app/files/reingest.ts';
import { LeewayError } from '../../lib/errors.ts';
import { type AddCommand, examples, print } from '../command.ts';
import { confirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { Outcome } from '../outcome.ts';
import { againFiles, type ReingestOptions } from '../reingest-files.ts';
import { createRowProgress, type RowProgress } from '../row-progress.ts';
import type { Service } from '../service.ts';
import { stoppable } from '../stoppable.ts';
import { table } from '../table.ts';
import { resolveTarget, type Target } from '../target.ts';
import { addFileOptions } from './ingest.ts';

/** Exit code: positions of an interrupted run are lost. */
const missingExit = 3;

/** `leeway reingest`: rows removed and read again, after a mapping was corrected. */
export const reingest: AddCommand = (program, context) => {
  const command = addFileOptions(new Command('reingest'))
    .description('remove rows and read them again, after a mapping was corrected')
    .argument('[file...]', 'files that were ingested; without one, a Kafka --source is read again')
    .option('--from <time>', 'start of the event times, RFC 3339 (Kafka)')
    .option('--to <time>', 'end of the event times, RFC 3339 (Kafka)')
    .option('--other-models', 'with files and --model: remove what other models have of the files, too')
    .option('--dry-run', 'only say what would be removed and read')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'leeway reingest --source orders --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --dry-run',
        'leeway reingest --source orders --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --model churn --yes',
        'leeway reingest october.csv --model churn --time ts --id request_id',
      ),
    );
  command.action(async (paths: string[], options: ReingestOptions) => {
    const target = await resolveTarget(context, { ...options, dataGiven: options.data !== undefined });
    if (paths.length > 0) return againFiles(context, { paths, options, target });
    await fromKafka(context, options, target);
  });
  program.addCommand(command);
};

interface KafkaOrder {
  readonly source: string;
  readonly model: string;
  readonly from: number;
  readonly to: number;
}

async function fromKafka(context: CliContext, options: ReingestOptions, target: Target): Promise<void> {
  const order = orderOf(options);
  const progress = createRowProgress(context);
  try {
    await withReingest(context, { target, progress }, async desk => {
      const plan = await desk.plan(order);
      if (options.json !== true) context.terminal.out(planText(context, plan));
      if (options.dryRun === true)
        return print(context, options, plan, 'Nothing was changed. Next: the same command without --dry-run');
      const question = `${plan.rows} rows, ${plan.labels} labels and ${plan.rejects} rejects are removed and ${plan.records} records read again. Go on?`;
      if (!(await confirmed(context, question, options.yes ?? false)))
        return context.terminal.err('Nothing was changed.');
      const result = await desk.run(order);
      progress.stop();
      const where = options.data === undefined ? '' : ` --data ${options.data}`;
      print(
        context,
        options,
        { plan, result },
        `${missingText(result)}${result.read} records read, ${result.stored} rows and ${result.labels} labels stored, ${result.refused} refused. Their windows are judged again. Next: ${target.kind === 'store' ? `leeway start${where}` : `leeway rejects --source ${order.source}${where}`}`,
      );
      if (result.missing.length > 0) throw new Outcome(missingExit);
    });
  } finally {
    progress.stop();
  }
}

function orderOf({ source, model = '', from, to }: ReingestOptions): KafkaOrder {
  if (source === undefined || from === undefined || to === undefined)
    throw new LeewayError('LW_USAGE', 'Give files, or --source with --from and --to.');
  const moment = (text: string, name: string) => {
    const time = /(?:[zZ]|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) throw new LeewayError('LW_USAGE', `--${name} must be like 2026-11-21T10:00:00Z.`);
    return time;
  };
  const order = { source, model, from: moment(from, 'from'), to: moment(to, 'to') };
  if (order.from >= order.to) throw new LeewayError('LW_USAGE', '--from must lie before --to.');
  return order;
}

function planText(context: CliContext, plan: ReingestPlan): string {
  const rows = plan.ranges.map(({ partition, first, last }) => [partition, first, last]);
  const list = table(context, {
    head: ['partition', 'from offset', 'to offset'],
    rows,
    nothing: 'There is nothing to read.',
  });
  const unfinished = plan.unfinished
    ? '\nAn earlier reingest was interrupted; its positions are among these.'
    : '';
  return `${list}\n${plan.rowsOfTime} rows lie in this time. At these positions are ${plan.rows} rows, ${plan.labels} labels and ${plan.rejects} rejects, whatever their time: all of them are removed and read again.${unfinished}\n${missingText(plan)}`.trimEnd();
}

/** By number, for nobody can read them again. */
function missingText({ missing }: Pick<ReingestResult, 'missing'>): string {
  return missing
    .map(
      ({ partition, first, last, rows }) =>
        `LOST: ${partition}, offsets ${first} to ${last}: the brokers hold them no longer, and an interrupted reingest has removed rows of them; ${rows} rows of them are still stored.\n`,
    )
    .join('');
}

interface ReingestDesk {
  plan(order: KafkaOrder): Promise<ReingestPlan>;
  run(order: KafkaOrder): Promise<ReingestResult>;
}

async function withReingest<T>(
  context: CliContext,
  of: { readonly target: Target; readonly progress: RowProgress },
  work: (desk: ReingestDesk) => Promise<T>,
): Promise<T> {
  const { target, progress } = of;
  const began = context.clock.now();
  const step = (done: number, all: number) => {
    const seconds = (context.clock.now() - began) / 1000;
    progress.step({ done, of: all, perSecond: seconds > 0 ? done / seconds : 0, text: '' });
  };
  if (target.kind === 'service') return work(remote(context, target.service, step));
  const { openLocalDesk } = await import('../../app/files/local.ts');
  const local = await openLocalDesk({ config: target.config, clock: context.clock, say: progress.say });
  try {
    return await work({
      plan: order => local.reingest.plan(order),
      run: order =>
        stoppable(
          context,
          signal => local.reingest.run(order, { signal, progress: step }),
          () =>
            progress.say(
              'Stopping; the same command goes on, and must be typed: rows are removed and not read again yet.',
            ),
        ),
    });
  } finally {
    await local.close();
  }
}

interface State extends ReingestResult {
  readonly state: 'running' | 'done' | 'failed';
  readonly of: number;
  readonly error: string;
}

/** The service does it in the background; a command that is stopped leaves it running. */
function remote(
  context: CliContext,
  service: Service,
  step: (done: number, of: number) => void,
): ReingestDesk {
  const path = '/v1/reingest';
  return {
    plan: order => service.post<ReingestPlan>(path, { ...order, dryRun: true }),
    run: async order => {
      let state = await service.post<State>(path, { ...order, dryRun: false });
      while (state.state === 'running') {
        await context.clock.sleep(500);
        state = await service.get<State>(path);
        step(state.read, state.of);
      }
      if (state.state === 'failed')
        throw new LeewayError(
          'LW_REINGEST_REFUSED',
          `It failed: ${state.error}. Type the same command again: it goes on.`,
        );
      return state;
    },
  };
}
