import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { type AddCommand, examples, modelPath, oneNameOf, print, serviceOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { userName } from '../user-name.ts';
import { addOrderCommands, orderText, type ShownOrder } from './retrain-orders.ts';
import { promoteCommand } from './retrain-promote.ts';
import { addSwitchCommands } from './retrain-switches.ts';

interface WishOptions extends ServiceOptions {
  readonly kind: string;
  readonly reason?: string;
  readonly environment: string;
  readonly by: string;
}

/** `leeway retrain MODEL`, and the commands about orders. */
export const retrain: AddCommand = (program, context) => {
  const group = serviceOptions(
    new Command('retrain').description('order a training by hand, and look after the orders'),
  )
    .enablePositionalOptions()
    .argument('[model]', 'the model to train')
    .option('--reason <text>', 'why; stands in the order')
    .option(
      '--kind <kind>',
      'retrain (newer data) or rebuild (another pipeline)',
      oneNameOf(kinds),
      'retrain',
    )
    .option('--environment <name>', 'environment of the model', 'prod')
    .option('--by <name>', 'who decides', userName())
    .addHelpText(
      'after',
      examples(
        'leeway retrain churn --reason "new prices since Monday"',
        'leeway retrain churn --kind rebuild --reason "field income is gone"',
        'leeway retrain list churn',
        'leeway retrain arm churn',
        'leeway retrain stop --reason "incident 17"',
      ),
    )
    .action((model: string | undefined, options: WishOptions) => order(context, group, model, options));
  // Both, or the group would take the options of the commands below it for its own.
  program.enablePositionalOptions();
  addSwitchCommands(group, context);
  addOrderCommands(group, context);
  group.addCommand(promoteCommand(context));
  program.addCommand(group);
};

const kinds = ['retrain', 'rebuild'];

async function order(
  context: CliContext,
  group: Command,
  model: string | undefined,
  options: WishOptions,
): Promise<void> {
  if (model === undefined) return group.help({ error: true });
  if (options.reason === undefined)
    return group.error("error: required option '--reason <text>' not specified");
  const service = connect(context, options);
  await knownModel(service, model);
  const { kind, reason, environment, by } = options;
  const answer = await service.post<ShownOrder>(modelPath(model, '/retrain'), {
    kind,
    reason,
    environment,
    by,
    request_id: randomUUID(),
  });
  print(context, options, answer, orderText(answer));
}
