import { Command } from 'commander';
import { type AddCommand, examples, modelPath, print, serviceCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { userName } from '../user-name.ts';

/** `leeway retrain arm|disarm MODEL`. */
export const retrain: AddCommand = (program, context) => {
  const group = new Command('retrain').description('whether retraining orders are sent, or only recorded');
  group.addCommand(setArmed(context, true)).addCommand(setArmed(context, false));
  program.addCommand(group);
};

function setArmed(context: CliContext, armed: boolean): Command {
  const name = armed ? 'arm' : 'disarm';
  const does = armed
    ? 'send the retraining orders of a model from now on'
    : 'only record the retraining orders of a model';
  return serviceCommand(name, does)
    .argument('<model>', 'the model')
    .option('--by <name>', 'who decides', userName())
    .addHelpText('after', examples(`leeway retrain ${name} churn`))
    .action(async (model: string, options: ServiceOptions & { by: string }) => {
      const service = connect(context, options);
      await knownModel(service, model);
      const answer = await service.post(modelPath(model, '/arm'), {
        armed,
        by: options.by,
      });
      print(
        context,
        options,
        answer,
        armed ? `${model} is armed: orders are sent.` : `${model} is disarmed: orders are a dry run.`,
      );
    });
}
