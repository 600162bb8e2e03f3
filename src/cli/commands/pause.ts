import type { Command } from 'commander';
import type { AlertAnswer, AlertsAnswer } from '../alert-answers.ts';
import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { minutes } from '../span.ts';
import { timeText } from '../table.ts';
import { userName } from '../user-name.ts';
import { alertOptions, alertPath } from './alerts.ts';

interface PauseOptions extends ServiceOptions {
  readonly policy: string;
  readonly environment?: string;
  readonly for?: number;
  readonly note: string;
  readonly by: string;
}

/** `leeway pause MODEL`: an alert neither opens, resolves, tells nor orders. */
export const pause: AddCommand = (program, context) => {
  const command = words(
    serviceCommand(
      'pause',
      'stop an alert: it neither opens, resolves, tells nor orders until it is resumed',
    ),
  )
    .option('--for <time>', 'go on by itself after so long: 90m, 8h, 3d', minutes)
    .addHelpText(
      'after',
      examples('leeway pause churn --for 8h --note "new feature store"', 'leeway pause churn --policy blind'),
    )
    .action((model: string, options: PauseOptions) => turn(context, { model, options, paused: true }));
  program.addCommand(command);
};

/** `leeway resume MODEL`. */
export const resume: AddCommand = (program, context) => {
  const command = words(serviceCommand('resume', 'let a paused alert go on'))
    .addHelpText('after', examples('leeway resume churn', 'leeway resume churn --policy blind'))
    .action((model: string, options: PauseOptions) => turn(context, { model, options, paused: false }));
  program.addCommand(command);
};

function words(command: Command): Command {
  return alertOptions(command).option('--note <text>', 'why', '').option('--by <name>', 'who', userName());
}

async function turn(
  context: CliContext,
  { model, options, paused }: { model: string; options: PauseOptions; paused: boolean },
): Promise<void> {
  const { policy, environment, note, by } = options;
  const service = connect(context, options);
  await knownModel(service, model);
  const said = { environment, note, by };
  const until = options.for === undefined ? {} : { until: (await nowOf(service)) + options.for * 60_000 };
  const path = alertPath(model, policy, paused ? '/pause' : '/resume');
  const answer = await service.post<AlertAnswer>(path, { ...said, ...until });
  const end = answer.paused?.until ?? null;
  const name = `${model}${policy === 'default' ? '' : ` --policy ${policy}`}`;
  const did = paused
    ? `Alert ${policy} of ${model} is paused ${end === null ? 'until it is resumed' : `until ${timeText(end)} UTC`}.`
    : `Alert ${policy} of ${model} goes on with its next window.`;
  print(
    context,
    options,
    answer,
    `${did}\nNext: ${paused ? `leeway resume ${name}` : `leeway alerts show ${name}`}`,
  );
}

/** The clock of the service, which may be that of a replay. */
async function nowOf(service: ReturnType<typeof connect>): Promise<number> {
  return (await service.get<AlertsAnswer>('/v1/alerts', { state: 'open' })).now;
}
