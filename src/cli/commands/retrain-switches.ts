import type { Command } from 'commander';
import { examples, modelPath, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { userName } from '../user-name.ts';

type SwitchOptions = ServiceOptions & { readonly by: string; readonly reason: string };

/** `leeway retrain arm|disarm MODEL` and `leeway retrain stop|start`. */
export function addSwitchCommands(group: Command, context: CliContext): void {
  group
    .addCommand(setArmed(context, true))
    .addCommand(setArmed(context, false))
    .addCommand(setStopped(context, true))
    .addCommand(setStopped(context, false));
}

interface Armed {
  readonly receivers: { readonly retrain: string | null; readonly rebuild: string | null };
}

function setArmed(context: CliContext, armed: boolean): Command {
  const name = armed ? 'arm' : 'disarm';
  const does = armed ? 'send the orders of a model from now on' : 'only record the orders of a model';
  return serviceCommand(name, does)
    .argument('<model>', 'the model')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples(`leeway retrain ${name} churn`))
    .action(async (model: string, options: SwitchOptions) => {
      const service = connect(context, options);
      await knownModel(service, model);
      const answer = await service.post<Armed>(modelPath(model, '/arm'), { armed, by: options.by });
      const text = armed
        ? `${model} is armed. ${receiverText(answer)}`
        : `${model} is disarmed: orders are a dry run. \`leeway retrain list ${model}\` shows them.`;
      print(context, options, answer, text);
    });
}

/** Armed is not sent: somebody must be there to take an order. */
function receiverText({ receivers: { retrain, rebuild } }: Armed): string {
  if (retrain === null && rebuild === null)
    return 'But nobody takes orders: the configuration has no section `retraining`, so they stay dry runs. See docs/retraining.md.';
  const part = (kind: string, target: string | null) =>
    target === null
      ? `orders to ${kind} go to nobody and stay dry runs`
      : `orders to ${kind} go to ${target}`;
  const text = `${part('retrain', retrain)}; ${part('rebuild', rebuild)}.`;
  return `${text[0]!.toUpperCase()}${text.slice(1)} \`leeway retrain list\` shows them.`;
}

function setStopped(context: CliContext, stopped: boolean): Command {
  const name = stopped ? 'stop' : 'start';
  const does = stopped
    ? 'stop all orders and promotions, of every model'
    : 'let orders and promotions go on after a stop';
  return serviceCommand(name, does)
    .option('--reason <text>', 'why', '')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples(`leeway retrain ${name}${stopped ? ' --reason "incident 17"' : ''}`))
    .action(async (options: SwitchOptions) => {
      const answer = await connect(context, options).post(`/v1/retraining/${name}`, {
        by: options.by,
        reason: options.reason,
      });
      const text = stopped
        ? 'Retraining is stopped: nothing is ordered, sent or promoted. `leeway retrain start` lets it go on.'
        : 'Retraining goes on. `leeway retrain list` shows what was refused meanwhile.';
      print(context, options, answer, text);
    });
}
