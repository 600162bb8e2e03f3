import type { AlertAnswer } from '../alert-answers.ts';
import { type AddCommand, examples, print, serviceCommand } from '../command.ts';
import { knownModel } from '../known-model.ts';
import { connect, type ServiceOptions } from '../service.ts';
import { userName } from '../user-name.ts';
import { alertOptions, alertPath } from './alerts.ts';

interface AckOptions extends ServiceOptions {
  readonly policy: string;
  readonly environment?: string;
  readonly note: string;
  readonly by: string;
  readonly undo?: boolean;
}

/** `leeway ack MODEL`: somebody takes the open episode of an alert on. */
export const ack: AddCommand = (program, context) => {
  const command = alertOptions(
    serviceCommand('ack', 'acknowledge the open episode of an alert: nobody is reminded of it any more'),
  )
    .option('--note <text>', 'what you are about to do', '')
    .option('--undo', 'give it back: people are reminded again')
    .option('--by <name>', 'who', userName())
    .addHelpText(
      'after',
      examples(
        'leeway ack churn --note "pipeline of Monday, looking"',
        'leeway ack churn --policy blind --environment prod',
        'leeway ack churn --undo',
      ),
    )
    .action(async (model: string, options: AckOptions) => {
      const { policy, environment, note, by } = options;
      const service = connect(context, options);
      await knownModel(service, model);
      const path = alertPath(model, policy, options.undo === true ? '/unacknowledge' : '/acknowledge');
      const answer = await service.post<AlertAnswer>(path, { environment, note, by });
      const did =
        options.undo === true
          ? `Episode ${answer.episode} of ${model} is nobody's again: people are reminded of it.`
          : `Episode ${answer.episode} of ${model} is yours: nobody is reminded of it until it is resolved.`;
      print(context, options, answer, `${did}\nNext: leeway alerts show ${model}`);
    });
  program.addCommand(command);
};
